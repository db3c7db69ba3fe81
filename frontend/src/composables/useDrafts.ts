import { reactive } from 'vue'
import { useAccount } from './useAccount'

type Texts = Map<number, string>
const byAccount = new WeakMap<object, Texts>()

/** What was begun and not sent, room by room, as long as the account is signed in. */
export function useDrafts() {
  const account = useAccount()
  let texts = byAccount.get(account)
  if (!texts)
    byAccount.set(account, texts = reactive(new Map()))
  const drafts = texts

  return {
    get: (roomId: number) => drafts.get(roomId) ?? '',
    set: (roomId: number, text: string) => text ? drafts.set(roomId, text) : drafts.delete(roomId),
  }
}
