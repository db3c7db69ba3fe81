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

export interface Search { filter: Filter, words: string, titleOf: (room: Room) => string }

export function findRooms(rooms: readonly Room[], { filter, words, titleOf }: Search): Room[] {
  const wanted = words.trim().toLocaleLowerCase()
  return rooms.filter(room => passes(filter, room)
    && (titleOf(room).toLocaleLowerCase().includes(wanted) || room.code === wanted))
}

export interface Section { key: 'pinned' | 'recent' | 'archived', rooms: Room[] }

export function roomSections(rooms: readonly Room[]): Section[] {
  const keyOf = ({ archived_at, membership }: Room): Section['key'] =>
    archived_at ? 'archived' : membership?.pinned_at ? 'pinned' : 'recent'
  return (['pinned', 'recent', 'archived'] as const)
    .map(key => ({ key, rooms: rooms.filter(room => keyOf(room) === key) }))
    .filter(section => section.rooms.length)
}
