import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { FakeServer } from '@/testing/fake-server'
import { aMembership, aMessage, aRoom } from '@/testing/samples'
import { ME, signedIn } from '@/testing/signed-in'

let scene: ReturnType<typeof signedIn>

beforeEach(async () => {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  server.room(8).join(ME)
  scene = signedIn(server)
  await scene.pass(100)
})

afterEach(() => {
  scene.account.close()
  vi.useRealTimers()
})

/** -> how often what is read changed since. */
function changesOf(read: () => unknown): () => number {
  let changes = 0
  watch(read, () => changes++, { flush: 'sync' })
  return () => changes
}

describe('a room', () => {
  it('tells of a message only those who show its messages or what is unread', () => {
    const { rooms } = scene.account
    const room = rooms.get(7)!
    const shown = changesOf(() => [room.name, room.rules, room.member_count, room.membership?.role, room.membership?.notify])
    const gotten = changesOf(() => rooms.get(7))
    const last = changesOf(() => room.last_message?.content)
    const unread = changesOf(() => room.membership?.unread_count)
    rooms.onMessage(aMessage(1, { room_id: 7, sender: { id: 2, username: 'lin', display_name: '林晓', avatar_url: null, is_bot: false } }))
    expect([shown(), gotten()]).toEqual([0, 0])
    expect([last(), unread()]).toEqual([1, 1])
  })

  it('tells of every other change, too', () => {
    const { rooms } = scene.account
    const room = rooms.get(7)!
    rooms.onRoom({ ...aRoom(7, { version: 9, name: '设计组', membership: aMembership({ role: 'admin' }) }) })
    expect([room.name, room.membership?.role]).toEqual(['设计组', 'admin'])
  })

  it('keeps its place in the list without a word when it is the first already', () => {
    const { rooms } = scene.account
    rooms.onMessage(aMessage(1, { room_id: 7, created_at: '2026-01-03T12:00:00Z' }))
    const listed = changesOf(() => rooms.list)
    rooms.onMessage(aMessage(2, { room_id: 7, created_at: '2026-01-03T12:00:01Z' }))
    expect(listed()).toBe(0)
    rooms.onMessage(aMessage(1, { room_id: 8, created_at: '2026-01-03T12:00:02Z' }))
    expect(listed()).toBe(1)
    expect(rooms.list.map(({ id }) => id)).toEqual([8, 7])
  })
})
