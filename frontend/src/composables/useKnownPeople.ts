import type { User } from '@/api/types'
import { computed } from 'vue'
import { useAccount } from './useAccount'

/** Friends, then those I have a conversation with: offered before anything is typed. */
export function useKnownPeople() {
  const { rooms, contacts, userId } = useAccount()
  return computed<User[]>(() => {
    const peers = rooms.list.flatMap(({ peer }) => peer ?? [])
    return [...new Map([...contacts.friends, ...peers].map(user => [user.id, user])).values()]
      .filter(({ id, username }) => id !== userId && username)
  })
}
