import { useAccount } from './useAccount'

/** Everything in every room counts as read from now on. */
export function useReadAll() {
  const { rooms } = useAccount()
  return () => rooms.list
    .filter(({ membership }) => membership !== null && membership.unread_count > 0)
    .forEach(({ id, last_seq }) => rooms.markRead(id, last_seq))
}
