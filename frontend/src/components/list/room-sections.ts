import type { Room } from '@/api/types'

export const FILTERS = ['all', 'unread', 'mentions', 'direct'] as const
export type Filter = (typeof FILTERS)[number]

const PASSES: Record<Filter, (room: Room) => boolean> = {
  all: () => true,
  unread: ({ membership }) => (membership?.unread_count ?? 0) > 0,
  mentions: ({ membership }) => (membership?.mention_count ?? 0) > 0,
  direct: ({ kind }) => kind === 'direct',
}

export const passes = (filter: Filter, room: Room) => PASSES[filter](room)

export type SectionKey = 'pinned' | 'recent' | 'rooms' | 'people' | 'archived'
export interface Section { key: SectionKey, rooms: Room[] }

const KEYS: SectionKey[] = ['pinned', 'recent', 'rooms', 'people', 'archived']

/** Pinned ones first, archived ones last; between them one list, or rooms and people apart. */
export function roomSections(rooms: readonly Room[], { apart = false } = {}): Section[] {
  function keyOf({ archived_at, membership, kind }: Room): SectionKey {
    if (archived_at)
      return 'archived'
    if (membership?.pinned_at)
      return 'pinned'
    return apart ? (kind === 'direct' ? 'people' : 'rooms') : 'recent'
  }
  return KEYS
    .map(key => ({ key, rooms: rooms.filter(room => keyOf(room) === key) }))
    .filter(section => section.rooms.length)
}
