import type { OutboxEntry, OutboxStorage } from './outbox-entry'
import type { Request } from './requests'
import type { SendAck, SendMessage } from '@/api/types'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChatError } from '@/api/errors'
import { createOutbox } from './outbox'
import { memoryStorage, openOutboxStorage } from './outbox-storage'
import 'fake-indexeddb/auto'

let names = 0
const outboxes: { close: () => void }[] = []

function aDraft(nonce: string, room_id = 7): SendMessage {
  return { room_id, nonce, content: `text of ${nonce}` }
}

/** An outbox whose server answers when the test says so. */
function anOutbox({ storage = memoryStorage(), name = `test-${++names}`, connected = true } = {}) {
  const sent: SendMessage[] = []
  const answers: { ack: (version?: number) => void, fail: (error: Error) => void }[] = []
  const positions = new Map<number, number>()
  let isConnected = connected
  const request = ((_type: string, message: SendMessage) => new Promise<SendAck>((resolve, reject) => {
    sent.push(message)
    answers.push({ ack: (version = 1) => resolve({ version } as SendAck), fail: reject })
  })) as Request
  const outbox = createOutbox({
    name,
    open: async () => storage,
    request,
    isConnected: () => isConnected,
    have: roomId => positions.get(roomId) ?? 0,
  })
  outboxes.push(outbox)
  const shown = () => outbox.entries.value.map(({ message, refusal }) => refusal === null ? message.nonce : `${message.nonce}!`)
  return { outbox, sent, answers, shown, positions, connect: (value: boolean) => isConnected = value }
}

beforeEach(() => void vi.useFakeTimers())

afterEach(() => {
  outboxes.splice(0).forEach(outbox => outbox.close())
  vi.useRealTimers()
})

const settle = () => vi.advanceTimersByTimeAsync(1)

/** -> a storage with a message that another page was sending when it ended. */
async function keptFromAnEndedPage(): Promise<ReturnType<typeof memoryStorage>> {
  const storage = memoryStorage()
  const ended = anOutbox({ storage })
  void ended.outbox.add(aDraft('a'))
  await settle()
  ended.outbox.close()
  return storage
}

describe('the outbox', () => {
  it('shows a message at once and until it was seen', async () => {
    const { outbox, answers, shown } = anOutbox()
    void outbox.add(aDraft('a'))
    expect(shown()).toEqual(['a'])
    await settle()
    answers[0]!.ack(5)
    await settle()
    expect(shown()).toEqual(['a'])
    outbox.seen('a')
    expect(shown()).toEqual([])
  })

  it('lets go of an acknowledged message whose event came before the answer', async () => {
    const { outbox, answers, shown, positions } = anOutbox()
    void outbox.add(aDraft('a'))
    await settle()
    positions.set(7, 5)
    answers[0]!.ack(5)
    await settle()
    expect(shown()).toEqual([])
  })

  it('lets go of an acknowledged message once the room has passed it', async () => {
    const { outbox, answers, shown } = anOutbox()
    void outbox.add(aDraft('a'))
    await settle()
    answers[0]!.ack(5)
    await settle()
    outbox.caughtUp(7, 4)
    expect(shown()).toEqual(['a'])
    outbox.caughtUp(7, 5)
    expect(shown()).toEqual([])
  })

  it('neither shows nor sends again what came back before the storage told of it', async () => {
    const storage = await keptFromAnEndedPage()
    const { outbox, sent, shown } = anOutbox({ storage })
    outbox.seen('a')
    void outbox.resume()
    await settle()
    expect(shown()).toEqual([])
    expect(await storage.all()).toEqual([])
    await vi.advanceTimersByTimeAsync(15_000)
    expect(sent).toEqual([])
  })

  it('goes on at once when what an ended page was sending came back', async () => {
    const storage = await keptFromAnEndedPage()
    const { outbox, sent, shown } = anOutbox({ storage })
    await settle()
    void outbox.add(aDraft('b'))
    await settle()
    expect(shown()).toEqual(['a', 'b'])
    outbox.seen('a')
    await settle()
    expect(shown()).toEqual(['b'])
    expect(sent.map(message => message.nonce)).toEqual(['b'])
  })

  it('sends one at a time in a room, in the order of writing, and rooms side by side', async () => {
    const { outbox, sent, answers } = anOutbox()
    void outbox.add(aDraft('a'))
    void outbox.add(aDraft('b'))
    void outbox.add(aDraft('elsewhere', 8))
    await settle()
    expect(sent.map(message => message.nonce)).toEqual(['a', 'elsewhere'])
    answers[0]!.ack()
    await settle()
    expect(sent.map(message => message.nonce)).toEqual(['a', 'elsewhere', 'b'])
  })

  it('keeps the nonce when the outcome is unknown', async () => {
    const { outbox, sent, answers } = anOutbox()
    void outbox.add(aDraft('a'))
    await settle()
    answers[0]!.fail(ChatError.network('lost'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent.map(message => message.nonce)).toEqual(['a', 'a'])
  })

  it('waits as long as the server asks for', async () => {
    const { outbox, sent, answers } = anOutbox()
    void outbox.add(aDraft('a'))
    await settle()
    answers[0]!.fail(new ChatError('rate_limited', 'slow down', null, 20))
    await vi.advanceTimersByTimeAsync(19_900)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toHaveLength(2)
  })

  it('a refusal stops that message and no other', async () => {
    const { outbox, sent, answers, shown } = anOutbox()
    void outbox.add(aDraft('bad'))
    void outbox.add(aDraft('good'))
    await settle()
    answers[0]!.fail(new ChatError('muted', 'you are muted'))
    await settle()
    expect(shown()).toEqual(['bad!', 'good'])
    expect(outbox.entries.value[0]?.refusal).toEqual({ code: 'muted', message: 'you are muted' })
    expect(sent.map(message => message.nonce)).toEqual(['bad', 'good'])
    void outbox.retry('bad')
    answers[1]!.ack()
    await settle()
    expect(sent.map(message => message.nonce)).toEqual(['bad', 'good', 'bad'])
  })

  it('sends what a page wrote that ended before the storage had it', async () => {
    const name = 'ended too soon'
    const hung: OutboxStorage = { ...memoryStorage(), add: () => new Promise(() => {}) }
    const ended = anOutbox({ name, storage: hung })
    void ended.outbox.add(aDraft('a'))
    ended.outbox.flush()
    ended.outbox.close()
    const next = anOutbox({ name })
    await settle()
    expect(next.sent.map(({ nonce }) => nonce)).toEqual(['a'])
    expect(sessionStorage).toHaveLength(0)
  })

  it('does not write twice what the storage had after all', async () => {
    const name = 'stored after all'
    const storage = memoryStorage()
    const ended = anOutbox({ name, storage, connected: false })
    void ended.outbox.add(aDraft('a'))
    ended.outbox.flush()
    const { length } = sessionStorage
    const words = Object.entries(sessionStorage)
    await settle()
    ended.outbox.close()
    words.forEach(([key, text]) => sessionStorage.setItem(key, text))
    const next = anOutbox({ name, storage })
    await next.outbox.resume()
    await settle()
    expect(length).toBe(1)
    expect(await storage.all()).toHaveLength(1)
    expect(next.sent.map(({ nonce }) => nonce)).toEqual(['a'])
    expect(sessionStorage).toHaveLength(0)
  })

  it('does not send what was taken back', async () => {
    const { outbox, sent, shown, connect } = anOutbox({ connected: false })
    void outbox.add(aDraft('a'))
    void outbox.cancel('a')
    await settle()
    void outbox.add(aDraft('b'))
    await settle()
    await outbox.cancel('b')
    connect(true)
    await outbox.resume()
    await settle()
    expect(shown()).toEqual([])
    expect(sent).toEqual([])
  })

  it('sends what was written without a connection once there is one', async () => {
    const { outbox, sent, connect } = anOutbox({ connected: false })
    void outbox.add(aDraft('a'))
    void outbox.add(aDraft('b'))
    await settle()
    expect(sent).toEqual([])
    connect(true)
    void outbox.resume()
    await settle()
    expect(sent.map(message => message.nonce)).toEqual(['a'])
  })

  it('goes on in memory when the storage fails', async () => {
    const broken: OutboxStorage = { ...memoryStorage(), add: () => Promise.reject(new Error('full')) }
    const { outbox, sent } = anOutbox({ storage: broken })
    void outbox.add(aDraft('a'))
    await settle()
    expect(sent.map(message => message.nonce)).toEqual(['a'])
  })

  it('two tabs never send the same message, nor two of a room at a time', async () => {
    const storage = memoryStorage()
    const one = anOutbox({ storage, name: 'tabs' })
    const two = anOutbox({ storage, name: 'tabs' })
    void one.outbox.add(aDraft('a'))
    void two.outbox.add(aDraft('b'))
    void two.outbox.resume()
    void one.outbox.resume()
    await settle()
    expect([...one.sent, ...two.sent].map(message => message.nonce)).toEqual(['a'])
    one.answers[0]!.ack()
    await settle()
    expect([...one.sent, ...two.sent].map(message => message.nonce)).toEqual(['a', 'b'])
  })

  it('another tab takes over what a closed one left behind', async () => {
    const storage = memoryStorage()
    const closed = anOutbox({ storage })
    void closed.outbox.add(aDraft('a'))
    await settle()
    closed.outbox.close()
    const other = anOutbox({ storage })
    void other.outbox.resume()
    await vi.advanceTimersByTimeAsync(11_000)
    expect(other.sent).toEqual([])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(other.sent.map(message => message.nonce)).toEqual(['a'])
  })
})

describe('the storage in IndexedDB', () => {
  beforeEach(() => {
    vi.useRealTimers()
  })

  const entry = (nonce: string, room_id = 7) =>
    ({ message: aDraft(nonce, room_id), created_at: '', refusal: null, leased_until: null })

  it('keeps entries, in order, over a restart', async () => {
    const before = await openOutboxStorage('kept')
    await before.add(entry('a'))
    await before.add(entry('b'))
    await before.change('a', { refusal: { code: 'muted', message: '' } })
    await before.remove('b')
    await before.add(entry('c'))
    const after = await openOutboxStorage('kept')
    expect((await after.all()).map(({ message }) => message.nonce)).toEqual(['a', 'c'])
    expect((await after.all())[0]?.refusal?.code).toBe('muted')
  })

  it('leases the first entry of a room to one claim at a time', async () => {
    const storage = await openOutboxStorage('claims')
    await storage.add(entry('a'))
    await storage.add(entry('b'))
    const until = Date.now() + 10_000
    const claims = await Promise.all([storage.claim(7, until), storage.claim(7, until), storage.claim(8, until)])
    expect((claims[0] as { entry: OutboxEntry }).entry.message.nonce).toBe('a')
    expect(claims.slice(1)).toEqual([{ busy: until }, null])
  })

  it('is gone once destroyed, also for another tab', async () => {
    const one = await openOutboxStorage('gone')
    const two = await openOutboxStorage('gone')
    await one.add(entry('a'))
    await two.destroy()
    expect(await (await openOutboxStorage('gone')).all()).toEqual([])
  })

  it('is replaced by memory where the browser has none', async () => {
    vi.stubGlobal('indexedDB', undefined)
    const storage = await openOutboxStorage('none')
    await storage.add(entry('a'))
    expect(await storage.all()).toHaveLength(1)
  })
})
