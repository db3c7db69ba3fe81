import { useRouter } from 'vue-router'
import { useAccount } from './useAccount'
import { useTold } from './useTold'

/** Goes to the conversation with a person; with oneself it is the note to self. */
export function useOpenDirect() {
  const { rooms } = useAccount()
  const router = useRouter()
  const told = useTold()
  return (userId: number) =>
    told(rooms.openDirect(userId).then(room => router.push(`/rooms/${room.id}`)))
}
