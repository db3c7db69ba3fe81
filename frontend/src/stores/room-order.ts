import type { Room } from '@/api/types'

/** Pinned ones first, then the latest activity. */
export function inOrder(rooms: Iterable<Room>): Room[] {
  // Times are read once for each room, not once for each comparison.
  const placed = Array.from(rooms, room => ({ room, isPinned: isPinned(room), activity: activityOf(room) }))
  placed.sort((one, other) => Number(other.isPinned) - Number(one.isPinned)
    || other.activity - one.activity
    || other.room.id - one.room.id)
  return placed.map(({ room }) => room)
}

/** What the title and the badge count: mentions everywhere, messages only where I want to hear of them. */
export function sumUnread(rooms: Iterable<Room>): { unread: number, mentions: number } {
  const total = { unread: 0, mentions: 0 }
  for (const { membership, archived_at } of rooms) {
    if (membership === null || archived_at !== null)
      continue
    total.mentions += membership.mention_count
    total.unread += membership.notify === 'none' ? 0 : membership.unread_count
  }
  return total
}

function isPinned({ membership }: Room): boolean {
  return membership !== null && membership.pinned_at !== null
}

function activityOf({ last_message, created_at }: Room): number {
  return Date.parse(last_message?.created_at ?? created_at)
}
