import { afterEach, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { FakeServer } from '@/testing/fake-server'
import { ME, signedIn } from '@/testing/signed-in'

afterEach(() => vi.useRealTimers())

it('says nothing of members when nobody is new', async () => {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  const { account: { members, close }, pass } = signedIn(server)
  void members.look(7)
  await pass(100)
  let changes = 0
  watch(() => members.of(7), () => changes++, { flush: 'sync' })
  void members.look(7)
  await pass(100)
  expect(changes).toBe(0)
  server.room(7).join(2)
  await pass(100)
  expect(members.of(7).map(({ user }) => user.id)).toEqual([ME, 2])
  close()
})

/** Two rooms with somebody else in each, and how often the members of one were asked for. */
function scene() {
  const server = new FakeServer(ME)
  ;[7, 8].forEach(id => server.room(id).join(ME))
  server.room(7).join(2)
  server.room(8).join(3)
  const calls = vi.fn()
  const { account, pass } = signedIn(server)
  vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => {
    const [, id] = /rooms\/(\d+)\/members/.exec(String(args[0])) ?? []
    if (id)
      calls(Number(id))
    return server.fetch(...args)
  })
  const open = async (id: number) => {
    void account.rooms.enter(id)
    account.members.look(id).catch(() => {})
    await pass(100)
  }
  return { account, server, pass, open, asked: () => calls.mock.calls.flat(), close: (id: number) => account.rooms.exit(id) }
}

it('who goes to and fro between rooms asks for the members of each once, and sees who came and left', async () => {
  const { account, server, pass, open, asked, close } = scene()
  await pass(100)
  for (const id of [7, 8, 7, 8]) {
    await open(id)
    close(id)
  }
  expect(asked()).toEqual([7, 8])
  server.publish({ type: 'user_online', data: { user_id: 2, username: 'user2' } })
  await pass(100)
  await open(7)
  expect(account.presence.statusOf(2)).toBe('online')
  void account.members.load(7)
  await pass(100)
  expect(asked()).toEqual([7, 8])
  account.close()
})

it('asks again when a room was silent meanwhile', async () => {
  const { account, server, pass, open, asked, close } = scene()
  await pass(100)
  await open(7)
  close(7)
  server.cutAll()
  server.room(7).members[1]!.user.status = 'online'
  await pass(2_000)
  await open(7)
  expect(asked()).toEqual([7, 7])
  expect(account.presence.statusOf(2)).toBe('online')
  account.close()
})

it('what could not be fetched is there after the next connection', async () => {
  const { account, server, pass, open } = scene()
  await pass(100)
  server.cutAll()
  server.isDown = true
  await open(7)
  expect(account.members.of(7)).toEqual([])
  server.isDown = false
  await pass(60_000)
  expect(account.members.of(7).map(({ user }) => user.id)).toEqual([ME, 2])
  account.close()
})
