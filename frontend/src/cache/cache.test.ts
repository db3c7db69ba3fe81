import type { SendMessage } from '@/api/types'
import type { SignedInScene } from '@/testing/signed-in'
import { IDBFactory } from 'fake-indexeddb'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { databaseName } from '@/cache/device'
import { openOutboxStorage } from '@/gateway/outbox-storage'
import { createStreams } from '@/gateway/streams'
import { Timelines } from '@/stores/timelines'
import { FakeServer } from '@/testing/fake-server'
import { aMessage, aRoom } from '@/testing/samples'
import { ME, signedIn } from '@/testing/signed-in'
import { createCache } from './cache'
import { openCacheStorage } from './cache-storage'
import 'fake-indexeddb/auto'

const SECOND = 1_000
let scene: SignedInScene

/** Another page on the same device, after the present one ended; `crash`: without a word. */
function reload(server = scene.server, { crash = false } = {}): SignedInScene {
  if (!crash)
    scene.platform.hide()
  scene.account.close()
  scene = signedIn(server)
  return scene
}

function start(): SignedInScene {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  scene = signedIn(server)
  return scene
}

/** The page was killed after the server had the message, and before the device let go of it. */
async function killedWhileSending(message: SendMessage): Promise<void> {
  scene.account.close()
  const putBack = openOutboxStorage(databaseName('chat.outbox', 'http://chat.test', ME))
    .then(storage => storage.add({ message, created_at: '', refusal: null, leased_until: Date.now() + 12 * SECOND }))
    // It is in there still.
    .catch(() => {})
  await scene.pass(50)
  await putBack
}

/** What is kept of a room is read; the device answers in its own time. */
async function restored(roomId = 7): Promise<void> {
  void scene.account.messages.restore(roomId)
  await scene.pass(50)
}

const shown = (roomId = 7) => scene.account.messages.timeline(roomId).rows.map(row => row.content)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})

afterEach(() => {
  scene?.account.close()
  vi.useRealTimers()
})

describe('what this device keeps', () => {
  it('is shown before anybody answers', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 80; number++)
      server.room(7).post(2, `m${number}`)
    void account.messages.open(7)
    await pass(2 * SECOND)
    server.isDown = true
    reload()
    await scene.pass(100)
    expect(scene.account.connection.state).not.toBe('ready')
    expect(scene.account.rooms.list.map(room => room.id)).toEqual([7])
    expect(scene.account.rooms.loaded).toBe(true)
    expect(scene.account.session.me?.id).toBe(ME)
    await restored()
    expect(shown().at(-1)).toBe('m80')
    expect(shown().length).toBeGreaterThan(30)
  })

  it('is brought up to date by its versions, and not by pages', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 80; number++)
      server.room(7).post(2, `m${number}`)
    void account.messages.open(7)
    await pass(2 * SECOND)
    scene.account.close()
    server.room(7).recall(75)
    server.room(7).edit(76, 'edited')
    server.room(7).post(2, 'm81')
    const pages = vi.spyOn(server.room(7), 'page')
    reload()
    await scene.pass(50)
    await restored()
    await scene.pass(SECOND)
    expect(shown().slice(-7)).toEqual(['', 'edited', 'm77', 'm78', 'm79', 'm80', 'm81'])
    expect(pages).not.toHaveBeenCalled()
    await scene.pass(2 * SECOND)
    server.isDown = true
    reload()
    await scene.pass(100)
    await restored()
    expect(shown()).not.toContain('m75')
  })

  it('shows my message once, though its sending was not ended', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    account.messages.send(7, { content: 'mine' })
    await pass(2 * SECOND)
    const { nonce } = server.room(7).messages[0]!
    await killedWhileSending({ room_id: 7, content: 'mine', nonce })
    server.isDown = true
    reload()
    await scene.pass(100)
    await restored()
    expect(shown()).toEqual(['mine'])
    server.isDown = false
    await scene.pass(30 * SECOND)
    expect(shown()).toEqual(['mine'])
    expect(server.received.filter(({ type }) => type === 'send_message')).toHaveLength(1)
  })

  it.each([
    ['is shown late', 'slower', null, 'kept'],
    ['is not shown, but for drafts,', 'quicker', 'one', undefined],
  ])('%s when the device is slow and the server %s', async (_, __, epoch, shown) => {
    vi.useFakeTimers()
    const storage = openCacheStorage(`chat.cache.slow.${epoch}`)
    const cache = createCache({
      open: () => new Promise(resolve => setTimeout(resolve, 5 * SECOND, storage)),
      streams: createStreams(async () => {}),
      timelines: new Timelines(),
      epoch: () => epoch,
      me: () => null,
      rooms: () => [],
    })
    void storage.then(async (one) => {
      await one.keep({ epoch: 'one', me: null }, [{ id: 7, version: 1, epoch: 'one', room: aRoom(7, { name: 'kept' }) }], [])
      await one.saveDraft({ room_id: 7, text: 'half a sentence', mentions: [] })
    })
    const [load, drafts] = [cache.load(), cache.drafts()]
    await vi.advanceTimersByTimeAsync(6 * SECOND)
    expect((await load)?.rooms[0]?.name).toBe(shown)
    expect((await drafts).map(({ text }) => text)).toEqual(['half a sentence'])
  })

  it('knows who I am, though nothing else has changed since I changed it', async () => {
    const { account, server, pass } = start()
    await pass(3 * SECOND)
    account.session.setMe({ ...account.session.me!, display_name: 'Anew' })
    await pass(2 * SECOND)
    server.isDown = true
    reload(server, { crash: true })
    await scene.pass(100)
    expect(scene.account.session.me?.display_name).toBe('Anew')
  })

  it('of a room is read after it is known of which life of the server it is', async () => {
    vi.useFakeTimers()
    let epoch: string | null = null
    const kept = { room_id: 7, version: 1, epoch: 'one', messages: [aMessage(1)] }
    const cache = createCache({
      open: async () => ({
        ...await openCacheStorage('chat.cache.quick-tail'),
        load: async () => {
          await new Promise(resolve => setTimeout(resolve, SECOND))
          return { head: { epoch: 'one', me: null }, rooms: [], drafts: [] }
        },
        tail: async () => kept,
      }),
      streams: createStreams(async () => {}),
      timelines: new Timelines(),
      epoch: () => epoch,
      me: () => null,
      rooms: () => [],
    })
    void cache.load().then(restored => epoch = restored!.epoch)
    const tail = cache.tail(7)
    await vi.advanceTimersByTimeAsync(2 * SECOND)
    expect(await tail).toEqual(kept.messages)
  })

  it.each(['recalled', 'deleted for its age'])('holds no words that were %s since, though nobody opens the room', async (how) => {
    const { account, server, pass } = start()
    for (const text of ['secret', 'and more'])
      server.room(7).post(2, text)
    void account.messages.open(7)
    await pass(2 * SECOND)
    reload()
    await scene.pass(SECOND)
    if (how === 'recalled')
      server.room(7).recall(1)
    else
      scene.account.messages.deleteBefore(7, 2)
    await scene.pass(3 * SECOND)
    const left = openCacheStorage(databaseName('chat.cache', 'http://chat.test', ME)).then(one => one.tail(7))
    await scene.pass(50)
    expect((await left)?.messages.map(message => message.content).filter(Boolean)).toEqual(['and more'])
  })

  it('goes when too much was missed, or the server began another life', async () => {
    const { account, server, pass } = start()
    server.room(7).post(2, 'long ago')
    void account.messages.open(7)
    await pass(2 * SECOND)
    scene.account.close()
    server.mostRows = 2
    for (let number = 1; number <= 60; number++)
      server.room(7).post(2, `m${number}`)
    reload()
    void scene.account.messages.open(7)
    await scene.pass(3 * SECOND)
    expect(shown()).toEqual(server.room(7).messages.slice(-50).map(message => message.content))
    scene.account.close()
    server.rooms.delete(7)
    server.epoch = 'two'
    server.room(7).join(ME)
    server.room(7).post(2, 'another past')
    reload()
    void scene.account.messages.open(7)
    await scene.pass(3 * SECOND)
    expect(shown()).toEqual(['another past'])
  })

  it('of a room that is lost goes, with its draft and what was not sent, which can still be copied', async () => {
    const { account, server, pass } = start()
    server.room(7).post(2, 'secret')
    void account.messages.open(7)
    await pass(2 * SECOND)
    account.drafts.set(7, 'half a sentence')
    account.messages.send(7, { content: '' })
    await pass(2 * SECOND)
    server.publish({ type: 'room_removed', data: { room_id: 7, reason: 'kicked' } })
    server.rooms.delete(7)
    await pass(2 * SECOND)
    expect(account.drafts.get(7)).toBe('half a sentence')
    expect(account.outbox.entries.value).toEqual([])
    server.isDown = true
    reload()
    await scene.pass(100)
    expect(scene.account.rooms.list).toEqual([])
    expect(scene.account.drafts.get(7)).toBe('')
    await restored()
    expect(shown()).toEqual([])
  })

  it('of a room that was lost while nobody was here goes too', async () => {
    const { account, server, pass } = start()
    server.room(8).join(ME)
    server.room(8).post(2, 'secret')
    void account.messages.open(8)
    await pass(2 * SECOND)
    scene.account.close()
    server.rooms.delete(8)
    server.removed.add(8)
    reload()
    await scene.pass(2 * SECOND)
    expect(scene.account.rooms.list.map(room => room.id)).toEqual([7])
    server.isDown = true
    reload()
    await scene.pass(100)
    await restored(8)
    expect(shown(8)).toEqual([])
  })

  it('is nothing after signing out', async () => {
    const { account, server, pass } = start()
    server.room(7).post(2, 'secret')
    void account.messages.open(7)
    account.drafts.set(7, 'mine')
    await pass(2 * SECOND)
    const forgetting = account.forget()
    await pass(SECOND)
    await forgetting
    const left = indexedDB.databases()
    await pass(50)
    expect(await left).toEqual([])
  })

  it('keeps up in memory without keeping all of a busy room that nobody opens', async () => {
    const { account, server, pass } = start()
    await pass(100)
    for (let number = 1; number <= 2_100; number++)
      server.room(7).post(2, `m${number}`)
    await pass(3 * SECOND)
    void account.messages.open(7)
    await pass(SECOND)
    expect(shown().length).toBeLessThanOrEqual(2_000)
    expect(shown().at(-1)).toBe('m2100')
    expect(account.messages.timeline(7).hasBefore).toBe(true)
  })
})

type Action = { do: 'post' | 'edit' | 'recall' | 'open' | 'leave' | 'reload' | 'crash' | 'kill' | 'away' | 'send', at: number } | { do: 'pass', ms: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom('post', 'post', 'edit', 'recall', 'open', 'leave', 'reload', 'crash', 'kill', 'away', 'send'), at: fc.nat(1000) }),
  fc.record({ do: fc.constant('pass'), ms: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 3_000 })) }),
)

/** However often the page ends, and at whatever moment: it never shows one message twice, and in the end what the server has. */
it('what is shown after any number of reloads is what the server has', async () => {
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
    vi.stubGlobal('indexedDB', new IDBFactory())
    const { server } = start()
    server.mostRows = 15
    try {
      for (const step of actions) {
        await take(step, server)
        expectNothingTwice()
      }
      reload(server)
      await scene.pass(100)
      void scene.account.messages.open(7)
      // Longer than the lease of a tab that ended while it was sending.
      await scene.pass(30 * SECOND)
      const all = server.room(7).messages.map(message => message.content)
      const { rows, hasAfter } = scene.account.messages.timeline(7)
      expect(hasAfter).toBe(false)
      expect(rows.map(row => row.content)).toEqual(all.slice(all.length - rows.length))
      expect(rows.length).toBeGreaterThanOrEqual(Math.min(all.length, 30))
    }
    finally {
      scene.account.close()
    }
  }), { numRuns: Number(import.meta.env.RUNS ?? 60) })
}, 120_000)

async function take(step: Action, server: FakeServer): Promise<void> {
  if (step.do === 'pass')
    return scene.pass(step.ms)
  const room = server.room(7)
  const seq = 1 + step.at % Math.max(1, room.messages.length)
  const actions = {
    post: () => room.post(2, `post ${step.at}`),
    edit: () => room.messages.length > 0 && room.edit(seq, `edit ${step.at}`),
    recall: () => room.messages.length > 0 && room.recall(seq),
    open: () => scene.account.messages.open(7),
    leave: () => scene.account.messages.leave(7),
    send: () => scene.account.messages.send(7, { content: `sent ${step.at}` }),
    reload: () => reload(server),
    crash: () => reload(server, { crash: true }),
    kill: async () => {
      const sent = room.messages.findLast(({ sender, recalled_at }) => sender?.id === ME && recalled_at === null)
      if (sent !== undefined)
        await killedWhileSending({ room_id: 7, content: sent.content, nonce: sent.nonce })
      reload(server)
      await scene.pass(50)
      void scene.account.messages.open(7)
      await scene.pass(step.at % 50)
    },
    /** The page is away while things happen. */
    away: () => {
      scene.account.close()
      for (let number = 0; number <= step.at % 20; number++)
        room.post(3, `away ${number}`)
      scene = signedIn(server)
    },
  }
  if (step.do === 'kill')
    await actions.kill()
  else
    void actions[step.do]()
  await scene.pass(1)
}

/** Sent and on its way at once: by the nonce it is one message. */
function expectNothingTwice(): void {
  const nonces = scene.account.messages.timeline(7).rows.map(row => row.nonce)
  expect(nonces).toEqual([...new Set(nonces)])
}
