import type { Message } from '@/api/types'
import { useAccount } from './useAccount'
import { useNow } from './useNow'

const MENTION_ALL_MEMBERS = 50

/** What the reader may do in a room, so that nothing is offered that the server would refuse. */
export function usePermissions(roomId: number) {
  const { contacts, rooms, session, users, userId } = useAccount()
  const now = useNow()

  const membership = () => rooms.get(roomId)?.membership ?? null
  const isOwn = (message: Message) => message.sender?.id === userId
  const leads = () => membership()?.role === 'owner' || membership()?.role === 'admin'

  function mutedUntil(): string | null {
    const until = membership()?.muted_until ?? null
    return until && new Date(until) > now.value ? until : null
  }

  /** Whoever I have blocked gets nothing from me, either. */
  function isBlocked(): boolean {
    const peer = rooms.get(roomId)?.peer
    return peer != null && contacts.blocks.some(({ id }) => id === peer.id)
  }

  /** Nobody reads any more what is written here. */
  function isDeserted(): boolean {
    const peer = rooms.get(roomId)?.peer
    return peer != null && users.isGone(peer)
  }

  /** Who may is in the room's rules. */
  const may = (what: 'post' | 'react' | 'pin') => leads() || rooms.get(roomId)?.rules[what] === 'everyone'
  const isOpen = () => membership() !== null && !rooms.get(roomId)?.archived_at && !mutedUntil() && !isBlocked() && !isDeserted()
  const canWrite = () => isOpen() && may('post')
  const canReact = () => isOpen() && may('react')
  const canPin = () => isOpen() && may('pin')

  /** In a large room it rings at too many people. */
  function canCall(whom: 'mention_all' | 'mention_here'): boolean {
    const room = rooms.get(roomId)
    if (!room || room.kind === 'direct')
      return false
    const who = room.rules[whom]
    return leads() || who === 'everyone' || (who === 'by_size' && room.member_count <= MENTION_ALL_MEMBERS)
  }

  function canEdit(message: Message): boolean {
    const isText = !message.recalled_at && message.kind === 'text'
    return canWrite() && isOwn(message) && isText && withinWindow(message, editSeconds() || Infinity)
  }

  function canRecall(message: Message): boolean {
    if (message.recalled_at || message.kind !== 'text' || rooms.get(roomId)?.archived_at)
      return false
    return leads() || (isOwn(message) && withinWindow(message, recallSeconds()))
  }

  /** A room may have windows of its own. */
  const rules = () => rooms.get(roomId)?.rules
  const editSeconds = () => rules()?.edit_seconds ?? session.server?.edit_seconds ?? 0
  const recallSeconds = () => rules()?.recall_seconds ?? session.limits?.recall_seconds ?? 120

  function withinWindow(message: Message, seconds: number): boolean {
    return (now.value.getTime() - Date.parse(message.created_at)) / 1000 < seconds
  }

  return { canWrite, canReact, canPin, canCall, canEdit, canRecall, mutedUntil, isBlocked, isDeserted, leads }
}
