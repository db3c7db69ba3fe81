import type { SignedInScene } from '@/testing/signed-in'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { CALM, FakeServer } from '@/testing/fake-server'
import { ME, signedIn } from '@/testing/signed-in'

const ROOMS = [7, 8]

type Action
  = | { do: 'post' | 'edit' | 'recall' | 'join' | 'send' | 'open' | 'read' | 'older', room: number, at: number }
    | { do: 'cut' | 'outage' | 'pass', ms: number }

const room = fc.constantFrom(...ROOMS)
const at = fc.nat(1000)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom('post', 'post', 'send', 'edit', 'recall', 'join', 'open', 'read', 'older'), room, at }),
  fc.record({ do: fc.constantFrom('cut', 'outage', 'pass', 'pass'), ms: fc.integer({ min: 1, max: 4_000 }) }),
)
const chance = fc.double({ min: 0, max: 0.4, noNaN: true })
const weather = fc.record({ lose: chance, repeat: chance, delay: chance, cut: chance, refuse: chance })

afterEach(() => void vi.useRealTimers())

/** In any weather, once it is over: what the client shows is what the server has, and all was sent once, in order. */
it('ends where the server is, whatever was lost, late, repeated or cut', async () => {
  const run = fc.asyncProperty(fc.integer(), weather, fc.array(action, { maxLength: 80, size: 'max' }), async (seed, rough, actions) => {
    const random = seededRandom(seed)
    vi.spyOn(Math, 'random').mockImplementation(random)
    const server = new FakeServer(ME, random)
    ROOMS.forEach(id => server.room(id).join(ME))
    const scene = signedIn(server)
    try {
      server.mostRows = 20
      server.weather = rough
      const sent = new Map(ROOMS.map(id => [id, [] as string[]]))
      for (const step of actions)
        await take(scene, step, sent)
      await clearUp(scene)
      expectTheSame(scene, sent)
    }
    finally {
      scene.account.close()
    }
  })
  await fc.assert(run, { numRuns: Number(import.meta.env.RUNS ?? 150) })
}, 120_000)

async function take({ account, server, pass }: SignedInScene, step: Action, sent: Map<number, string[]>): Promise<void> {
  if ('ms' in step) {
    if (step.do === 'cut')
      server.cutAll()
    server.isDown = step.do === 'outage'
    await pass(step.ms)
    server.isDown = false
    return
  }
  const there = server.room(step.room)
  const seq = 1 + step.at % Math.max(1, there.messages.length)
  const actions = {
    post: () => there.post(2 + step.at % 3, `post ${step.at}`),
    edit: () => there.messages.length > 0 && there.edit(seq, `edit ${step.at}`),
    recall: () => there.messages.length > 0 && there.recall(seq),
    join: () => there.join(100 + there.members.length),
    send: () => {
      const content = `mine ${sent.get(step.room)!.length}`
      sent.get(step.room)!.push(content)
      account.messages.send(step.room, { content })
    },
    open: () => void account.messages.open(step.room),
    read: () => account.rooms.markRead(step.room, Math.min(seq, account.rooms.get(step.room)?.last_seq ?? 0)),
    older: () => void account.messages.loadBefore(step.room),
  }
  actions[step.do]()
  await pass(step.at % 50)
}

/** The weather clears; one more message in each room shows the client what it may have missed. */
async function clearUp({ account, server, pass }: SignedInScene): Promise<void> {
  server.weather = CALM
  account.connection.retryNow()
  await pass(90_000)
  ROOMS.forEach(id => server.room(id).post(2, 'the last one'))
  await pass(30_000)
}

function expectTheSame({ account, server }: SignedInScene, sent: Map<number, string[]>): void {
  expect(account.outbox.entries.value).toEqual([])
  for (const id of ROOMS) {
    const there = server.room(id)
    const here = account.rooms.get(id)
    expect(here?.last_message).toEqual(there.messages.at(-1))
    expect(here?.membership?.unread_count).toBe(there.unread(ME))
    expect(here?.member_count).toBe(there.members.length)
    const { rows, hasAfter } = account.messages.timeline(id)
    expect(rows).toEqual(there.messages.slice(there.messages.length - rows.length))
    expect(hasAfter).toBe(false)
    const mine = there.messages.filter(({ sender }) => sender?.id === ME)
    expect(mine.map(({ nonce }) => nonce)).toEqual([...new Set(mine.map(({ nonce }) => nonce))])
    expect(mine.filter(({ edited_at, recalled_at }) => edited_at === null && recalled_at === null).map(row => row.content))
      .toEqual(sent.get(id)!.filter((_, index) => mine[index]?.edited_at === null && mine[index]?.recalled_at === null))
    expect(mine).toHaveLength(sent.get(id)!.length)
  }
}

function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
