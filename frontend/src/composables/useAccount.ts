import type { Account } from '@/account'
import { inject } from 'vue'
import { accountKey } from '@/account'
import { useEntrance } from './useEntrance'

/** The account that this part of the page shows: a provided one, else the one that is signed in. */
export function useAccount(): Account {
  const account = inject(accountKey, null) ?? useEntrance().account
  if (account === null)
    throw new Error('Nobody is signed in here.')
  return account
}
