import type { Room } from '@/api/types'
import { describe, expect, it } from 'vitest'
import { FILTERS, passes, roomSections } from './room-sections'
import { settledOrder } from './settled-order'

const room = (id: number, more: object = {}, membership: object = {}) =>
  ({ id, name: `Room ${id}`, kind: 'public', code: `00000${id}`, archived_at: null, ...more, membership: { unread_count: 0, mention_count: 0, pinned_at: null, ...membership } }) as Room
const ids = (rooms: readonly Room[]) => rooms.map(({ id }) => id)

describe('the order under a pointer', () => {
  it('stays as it was, with new rooms on top', () => {
    expect(ids(settledOrder([room(4), room(3), room(1), room(2)], [1, 2, 3]))).toEqual([4, 1, 2, 3])
  })

  it('is that of the rooms when nothing is to be kept', () => {
    expect(ids(settledOrder([room(2), room(1)], null))).toEqual([2, 1])
  })
})

it('filters', () => {
  const rooms = [room(1), room(2, { kind: 'direct' }, { unread_count: 2 }), room(3, {}, { unread_count: 5, mention_count: 1 })]
  expect(FILTERS.map(filter => ids(rooms.filter(one => passes(filter, one))))).toEqual([[1, 2, 3], [2, 3], [3], [2]])
})

describe('sections', () => {
  it('are drawn when they hold something, pinned first, archived last', () => {
    const sections = roomSections([room(1, {}, { pinned_at: 'x' }), room(2), room(3, { archived_at: 'x' }, { pinned_at: 'x' })])
    expect(sections.map(({ key, rooms }) => [key, ids(rooms)])).toEqual([['pinned', [1]], ['recent', [2]], ['archived', [3]]])
    expect(roomSections([])).toEqual([])
  })

  it('keep rooms and people apart for who wants that', () => {
    const sections = roomSections([room(1, { kind: 'direct' }), room(2), room(3, { kind: 'direct' }, { pinned_at: 'x' })], { apart: true })
    expect(sections.map(({ key, rooms }) => [key, ids(rooms)])).toEqual([['pinned', [3]], ['rooms', [2]], ['people', [1]]])
  })
})
