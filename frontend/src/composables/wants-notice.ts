import type { Me, Message, Room } from '@/api/types'
import type { QuietHours } from '@/components/settings/quiet-hours'
import { notifyLevel } from '@/components/room/notify-level'
import { isQuiet, USUAL_QUIET } from '@/components/settings/quiet-hours'

/** Whether I want to hear of a message at once: by my status, my preferences, and what I chose for the room. */
export function wantsNotice(message: Message, room: Room, me: Pick<Me, 'status' | 'preferences'>, myId: number, now = new Date()): boolean {
  const { sender, kind, recalled_at } = message
  if (sender === null || sender.id === myId || kind !== 'text' || recalled_at !== null || me.status === 'dnd')
    return false
  if (isQuiet((me.preferences.client.quiet_hours as QuietHours | undefined) ?? USUAL_QUIET, now))
    return false
  const isForMe = room.kind === 'direct' || message.mention_all || message.mention_here || message.mentions.includes(myId) || message.reply_to?.sender?.id === myId
  return [me.preferences.notifications, levelOf(room, now)].every(level => level === 'all' || (level === 'mentions' && isForMe))
}

/** Rooms of others are none of mine. */
const levelOf = ({ membership }: Room, now: Date) => membership === null ? 'none' : notifyLevel(membership, now)
