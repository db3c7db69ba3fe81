import type { Account } from '@/account'
import { inject } from 'vue'
import { accountKey } from '@/account'

/** The account that this part of the page shows; only inside a signed-in route. */
export function useAccount(): Account {
  const account = inject(accountKey)
  if (account === undefined)
    throw new Error('There is no account here: provide(accountKey, …) is missing above.')
  return account
}
