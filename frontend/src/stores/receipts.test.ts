import { createPinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { aMessage, aUser } from '@/testing/samples'
import { createReceiptsStore } from './receipts'

function aStore(read: number[], unread: number[], since: () => number | undefined = () => 1) {
  const users = { remember: () => {} } as never
  const asked: number[] = []
  const readers = async (id: number) => {
    asked.push(id)
    return { read: read.map(id => aUser(id)), unread: unread.map(id => aUser(id)) }
  }
  return Object.assign(createReceiptsStore(createPinia(), { users, readers, onAirSince: async () => since() }), { asked })
}

const ids = (people: readonly { id: number }[]) => people.map(({ id }) => id).sort()

describe('receipts', () => {
  it('follow what is read after they were asked for, and ignore what is read before the message', async () => {
    const store = aStore([2], [3, 4])
    await store.load(aMessage(10))
    store.onRead(7, 3, 9)
    store.onRead(7, 4, 10)
    const { read, unread } = store.of(aMessage(10))!
    expect([ids(read), ids(unread)]).toEqual([[2, 4], [3]])
  })

  it('know what was read while the answer was on its way', async () => {
    const store = aStore([], [3])
    store.onRead(7, 3, 12)
    await store.load(aMessage(10))
    expect(ids(store.of(aMessage(10))!.read)).toEqual([3])
  })

  it('are of one message', async () => {
    const store = aStore([2], [])
    await store.load(aMessage(10))
    expect(store.of(aMessage(11))).toBeNull()
    expect(store.of(aMessage(10, { room_id: 8 }))).toBeNull()
  })

  it('are asked for once while every read is told of', async () => {
    let since: number | undefined = 1
    const store = aStore([2], [3], () => since)
    await store.look(aMessage(10))
    await store.look(aMessage(10))
    expect(store.asked).toHaveLength(1)
    since = 2
    await store.look(aMessage(10))
    await store.look(aMessage(11))
    expect(store.asked).toHaveLength(3)
    since = undefined
    await store.look(aMessage(11))
    await store.look(aMessage(11))
    expect(store.asked).toHaveLength(5)
  })
})
