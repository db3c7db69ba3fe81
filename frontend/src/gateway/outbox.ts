import type { ShallowRef } from 'vue'
import type { EntryChange, NewEntry, OutboxEntry, OutboxStorage } from './outbox-entry'
import type { Request } from './requests'
import type { SendMessage } from '@/api/types'
import { shallowRef } from 'vue'
import { ChatError, isPassing } from '@/api/errors'
import { createLastWords } from '@/cache/last-words'
import { backoff } from './backoff'
import { createNewest } from './newest'
import { memoryStorage } from './outbox-storage'

/** Longer than a request waits for its answer: whoever holds it is done, or gone, by then. */
const LEASE_MS = 12_000
/** After every order that a storage gives: the newest, until it has its own. */
const NOT_YET_STORED = Number.MAX_SAFE_INTEGER
/** Far more than a storage can still hold by the time it is read: seconds of the newest, not what was sent in a week. */
const SETTLED_MAX = 5_000

/** What this person wrote and the server is not known to have. */
export interface Outbox {
  readonly entries: Readonly<ShallowRef<OutboxEntry[]>>
  add: (message: SendMessage) => void
  /** A refused one goes again, under its old nonce. */
  retry: (nonce: string) => Promise<void>
  cancel: (nonce: string) => Promise<void>
  /** The room is lost: takes back everything for it. -> the texts. */
  forgetRoom: (roomId: number) => string[]
  /** The connection is ready. */
  resume: () => Promise<void>
  /** The server has this message of mine: it came back, or this device kept it, whichever is known here first. */
  seen: (nonce: string) => void
  /** Everything of the room up to `version` is applied. */
  caughtUp: (roomId: number, version: number) => void
  /** The page may be about to end, and with it what is on its way to the storage. */
  flush: () => void
  close: () => void
  /** Forgets everything, for ever. */
  destroy: () => Promise<void>
}

export interface OutboxOptions {
  /** Shared by the tabs of one account. */
  name: string
  open: (name: string) => Promise<OutboxStorage>
  request: Request
  isConnected: () => boolean
  /** Up to which version the room is applied. */
  have: (roomId: number) => number
}

export function createOutbox(options: OutboxOptions): Outbox {
  const entries = shallowRef<OutboxEntry[]>([])
  /** Acknowledged, but not yet seen: nonce → version of the message. */
  const acked = new Map<string, number>()
  /** The server has it, or it was taken back: neither shown nor sent, however long the storage still holds it. */
  const settled = createNewest<string>(SETTLED_MAX)
  const sendingRooms = new Set<number>()
  const attempts = new Map<number, number>()
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  const lastWords = createLastWords<NewEntry>(options.name, ({ message }) => message.nonce)
  const otherTabs = new BroadcastChannel(options.name)
  let opening = options.open(options.name)
  let closed = false

  /** A storage that fails (full, or closed by another tab's sign-out) is replaced by memory. */
  async function stored<Value>(action: (storage: OutboxStorage) => Promise<Value>): Promise<Value> {
    try {
      return await action(await opening)
    }
    catch {
      opening = Promise.resolve(memoryStorage(entries.value.filter(isUnsent)))
      return action(await opening)
    }
  }

  function isUnsent({ order, message }: OutboxEntry): boolean {
    return order !== NOT_YET_STORED && !acked.has(message.nonce)
  }

  function show(entry: OutboxEntry): void {
    const others = entries.value.filter(({ message }) => message.nonce !== entry.message.nonce)
    entries.value = [...others, entry].sort(byOrder)
  }

  function hide(nonce: string): void {
    acked.delete(nonce)
    entries.value = entries.value.filter(({ message }) => message.nonce !== nonce)
  }

  function find(nonce: string): OutboxEntry | undefined {
    return entries.value.find(({ message }) => message.nonce === nonce)
  }

  async function change(nonce: string, changes: EntryChange): Promise<void> {
    const entry = find(nonce)
    if (entry !== undefined)
      show({ ...entry, ...changes })
    await stored(storage => storage.change(nonce, changes))
  }

  async function remove(nonce: string): Promise<void> {
    settled.add(nonce)
    lastWords.forget(nonce)
    await stored(storage => storage.remove(nonce))
    tellOtherTabs()
  }

  async function cancel(nonce: string): Promise<void> {
    hide(nonce)
    await remove(nonce)
  }

  /** What is still on its way when the page ends has nobody to tell. */
  function tellOtherTabs(): void {
    if (!closed)
      otherTabs.postMessage('changed')
  }

  async function reload(): Promise<void> {
    const kept = await stored(storage => storage.all())
    const unsent = kept.filter(({ message }) => !settled.has(message.nonce))
    const mine = entries.value.filter(entry => !isUnsent(entry) && !unsent.some(isSame(entry)))
    entries.value = [...unsent, ...mine].sort(byOrder)
    await Promise.all(kept.filter(entry => !unsent.includes(entry)).map(({ message }) => remove(message.nonce)))
  }

  async function sendRoom(roomId: number): Promise<void> {
    if (sendingRooms.has(roomId))
      return
    sendingRooms.add(roomId)
    try {
      while (await sendNext(roomId));
    }
    finally {
      sendingRooms.delete(roomId)
    }
  }

  /** -> whether to go on with the next one. */
  async function sendNext(roomId: number): Promise<boolean> {
    if (closed || !options.isConnected())
      return false
    const claim = await stored(storage => storage.claim(roomId, Date.now() + LEASE_MS))
    if (claim === null)
      return false
    if ('busy' in claim) {
      sendLater(roomId, claim.busy - Date.now())
      return false
    }
    const { message } = claim.entry
    if (settled.has(message.nonce)) {
      await remove(message.nonce)
      return true
    }
    show(claim.entry)
    return deliver(message)
  }

  async function deliver(message: SendMessage): Promise<boolean> {
    try {
      const { version } = await options.request('send_message', message)
      attempts.delete(message.room_id)
      await onAck(message, version)
      return true
    }
    catch (error) {
      if (!(error instanceof ChatError))
        throw error
      if (!isPassing(error)) {
        await onRefusal(message.nonce, error)
        return true
      }
      await change(message.nonce, { leased_until: null })
      sendLater(message.room_id, pauseAfter(message.room_id, error))
      return false
    }
  }

  async function onAck({ nonce, room_id }: SendMessage, version: number): Promise<void> {
    if (options.have(room_id) >= version)
      hide(nonce)
    else if (find(nonce) !== undefined)
      acked.set(nonce, version)
    await remove(nonce)
  }

  async function onRefusal(nonce: string, { code, message }: ChatError): Promise<void> {
    await change(nonce, { leased_until: null, refusal: { code, message } })
    tellOtherTabs()
  }

  function pauseAfter(roomId: number, { retry_after }: ChatError): number {
    const attempt = attempts.get(roomId) ?? 0
    attempts.set(roomId, attempt + 1)
    return (retry_after ?? 0) * 1000 + backoff(attempt)
  }

  function sendLater(roomId: number, ms: number): void {
    clearTimeout(timers.get(roomId))
    timers.set(roomId, setTimeout(sendRoom, ms, roomId))
  }

  async function sendAll(): Promise<void> {
    await reload()
    new Set(entries.value.map(({ message }) => message.room_id)).forEach(roomId => void sendRoom(roomId))
  }

  async function add(entry: NewEntry): Promise<void> {
    const { nonce, room_id } = entry.message
    show({ ...entry, order: NOT_YET_STORED })
    const added = await stored(storage => storage.add(entry))
    lastWords.forget(nonce)
    if (settled.has(nonce))
      return remove(nonce)
    show(added)
    tellOtherTabs()
    await sendRoom(room_id)
  }

  /** What the page before this one could not store any more, unless it could after all. */
  async function resumeLastWords(): Promise<void> {
    const heard = lastWords.all()
    await reload()
    for (const entry of heard) {
      if (find(entry.message.nonce))
        lastWords.forget(entry.message.nonce)
      else
        await add(entry)
    }
  }

  otherTabs.onmessage = () => void sendAll()
  void resumeLastWords()

  return {
    entries,
    add: message => add({ message, created_at: new Date().toISOString(), refusal: null, leased_until: null }),
    async retry(nonce) {
      await change(nonce, { refusal: null })
      await sendAll()
    },
    cancel,
    forgetRoom(roomId) {
      const lost = entries.value.filter(({ message }) => message.room_id === roomId).map(({ message }) => message)
      lost.forEach(({ nonce }) => void cancel(nonce))
      return lost.map(({ content }) => content)
    },
    resume: sendAll,
    seen(nonce) {
      // Remembered also when it is not known here: it may be in the storage, which is read in its own time.
      settled.add(nonce)
      const entry = find(nonce)
      if (entry === undefined)
        return
      hide(nonce)
      // A page that ended while it sent this one holds up the room no longer.
      void remove(nonce).then(() => sendRoom(entry.message.room_id))
    },
    caughtUp(roomId, version) {
      entries.value
        .filter(({ message }) => message.room_id === roomId && (acked.get(message.nonce) ?? Infinity) <= version)
        .forEach(({ message }) => hide(message.nonce))
    },
    flush: () => entries.value.filter(({ order }) => order === NOT_YET_STORED).forEach(({ order: _, ...entry }) => lastWords.keep(entry)),
    close() {
      closed = true
      timers.forEach(clearTimeout)
      otherTabs.close()
    },
    async destroy() {
      lastWords.all().forEach(({ message }) => lastWords.forget(message.nonce))
      await (await opening).destroy()
    },
  }
}

function isSame({ message }: OutboxEntry): (other: OutboxEntry) => boolean {
  return other => other.message.nonce === message.nonce
}

function byOrder(one: OutboxEntry, other: OutboxEntry): number {
  return one.order - other.order
}
