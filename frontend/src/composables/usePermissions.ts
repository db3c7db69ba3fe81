import type { Message } from '@/api/types'
import { useAccount } from './useAccount'
import { useNow } from './useNow'

/** What the reader may do in a room, so that nothing is offered that the server would refuse. */
export function usePermissions(roomId: number) {
  const { rooms, session, userId } = useAccount()
  const now = useNow()

  const membership = () => rooms.get(roomId)?.membership ?? null
  const isOwn = (message: Message) => message.sender?.id === userId
  const leads = () => membership()?.role === 'owner' || membership()?.role === 'admin'

  function mutedUntil(): string | null {
    const until = membership()?.muted_until ?? null
    return until && new Date(until) > now.value ? until : null
  }

  const canWrite = () => membership() !== null && !rooms.get(roomId)?.archived_at && !mutedUntil()

  const canEdit = (message: Message) => canWrite() && isOwn(message) && !message.recalled_at && message.kind === 'text'

  function canRecall(message: Message): boolean {
    if (message.recalled_at || message.kind !== 'text' || rooms.get(roomId)?.archived_at)
      return false
    return leads() || (isOwn(message) && withinWindow(message))
  }

  function withinWindow(message: Message): boolean {
    const age = (now.value.getTime() - Date.parse(message.created_at)) / 1000
    return age < (session.limits?.recall_seconds ?? 120)
  }

  return { canWrite, canEdit, canRecall, mutedUntil, leads }
}
