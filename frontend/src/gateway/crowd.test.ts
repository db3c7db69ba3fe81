import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { FakeServer } from '@/testing/fake-server'
import { ME, signedIn } from '@/testing/signed-in'

const ROOMS = [7, 8]

const action = fc.record({
  do: fc.constantFrom('post', 'post', 'post', 'mine', 'edit', 'recall', 'join', 'read' as const),
  room: fc.constantFrom(...ROOMS),
  at: fc.nat(1000),
})
type Action = typeof action extends fc.Arbitrary<infer One> ? One : never

afterEach(() => void vi.useRealTimers())

/** What is left of the events of these actions, when so much time lies between two of them. */
async function outcome(actions: Action[], pause: number) {
  const server = new FakeServer(ME)
  ROOMS.forEach(id => server.room(id).join(ME))
  const { account, pass } = signedIn(server)
  try {
    ROOMS.forEach(id => void account.messages.open(id))
    await pass(1_000)
    for (const { do: what, room, at } of actions) {
      const there = server.room(room)
      const seq = 1 + at % Math.max(1, there.messages.length)
      const isEmpty = there.messages.length === 0
      const acts = {
        post: () => there.post(2 + at % 3, `post ${at}`),
        mine: () => there.post(ME, `mine ${at}`),
        edit: () => isEmpty || there.edit(seq, `edit ${at}`),
        recall: () => isEmpty || there.recall(seq),
        join: () => there.join(100 + there.members.length),
        read: () => server.publish({ type: 'read_updated', data: { room_id: room, user_id: ME, last_read_seq: there.markRead(ME, seq) } }),
      }
      acts[what]()
      if (pause > 0)
        await pass(pause)
    }
    await pass(3_000)
    return ROOMS.map((id) => {
      const { last_seq, membership, member_count } = account.rooms.get(id)!
      const rows = account.messages.timeline(id).rows.map(row => [row.content, 'version' in row && row.version])
      return { rows, last_seq, unread: membership!.unread_count, read: membership!.last_read_seq, member_count }
    })
  }
  finally {
    account.close()
  }
}

it('leaves the same behind as the same events one by one', async () => {
  const run = fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async (actions) => {
    expect(await outcome(actions, 0)).toEqual(await outcome(actions, 100))
  })
  await fc.assert(run, { numRuns: 60 })
}, 60_000)

it('changes what is shown once a turn', async () => {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  const { account, pass } = signedIn(server)
  void account.messages.open(7)
  await pass(1_000)
  let changes = 0
  const stop = watch([() => account.messages.timeline(7).rows, () => account.rooms.list], () => changes++)
  for (let number = 1; number <= 200; number++)
    server.room(7).post(2, `m${number}`)
  await pass(100)
  expect(account.messages.timeline(7).rows).toHaveLength(200)
  expect(changes).toBeLessThanOrEqual(2)
  stop()
  account.close()
})
