import type { Room } from '@/api/types'

export function byPinThenActivity(one: Room, other: Room): number {
  return Number(isPinned(other)) - Number(isPinned(one)) || activityOf(other) - activityOf(one) || other.id - one.id
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
