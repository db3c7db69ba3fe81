import { useAccount } from './useAccount'

/** What was begun and not sent, room by room. */
export function useDrafts() {
  return useAccount().drafts
}
