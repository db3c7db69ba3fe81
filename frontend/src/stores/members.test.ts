import { afterEach, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { FakeServer } from '@/testing/fake-server'
import { ME, signedIn } from '@/testing/signed-in'

afterEach(() => vi.useRealTimers())

it('says nothing of members when nobody is new', async () => {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  const { account: { members, close }, pass } = signedIn(server)
  void members.load(7)
  await pass(100)
  let changes = 0
  watch(() => members.of(7), () => changes++, { flush: 'sync' })
  void members.load(7)
  await pass(100)
  expect(changes).toBe(0)
  server.room(7).join(2)
  await pass(100)
  expect(members.of(7).map(({ user }) => user.id)).toEqual([ME, 2])
  close()
})
