import { computed } from 'vue'
import { useAccount } from './useAccount'

export type Relation = 'me' | 'friend' | 'asked' | 'asking' | 'stranger'

/** What somebody is to me: `asked` waits for their answer, `asking` for mine. */
export function useRelation(userId: () => number) {
  const { contacts, userId: me } = useAccount()

  const relation = computed<Relation>(() => {
    const id = userId()
    if (id === me)
      return 'me'
    if (contacts.friends.some(friend => friend.id === id))
      return 'friend'
    const request = contacts.requests.find(({ user }) => user.id === id)
    return request === undefined ? 'stranger' : request.direction === 'in' ? 'asking' : 'asked'
  })
  const isBlocked = computed(() => contacts.blocks.some(({ id }) => id === userId()))

  return { relation, isBlocked }
}
