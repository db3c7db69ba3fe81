import type { CacheStorage, KeptDraft, KeptRoom, KeptTail } from './cache-storage'
import type { Me, Message, Room } from '@/api/types'
import type { Streams } from '@/gateway/streams'
import type { Timelines } from '@/stores/timelines'

/** Messages kept of each room: more than any window shows at once. */
export const TAIL_ROWS = 60
/** A room that nobody opened and that changed more often than this since is kept without messages. */
const MOST_BEHIND = 300
/** Writing waits for this: in a busy room one write stands for many messages. */
const EVERY_MS = 1_000
/** Rooms written in one transaction: the page must not stutter for it. */
const ROOMS_AT_ONCE = 10
/** Storage that does not answer holds up nobody for longer; what comes later is shown all the same. */
export const PATIENCE_MS = 1_500

export interface CacheOptions {
  open: () => Promise<CacheStorage>
  streams: Streams
  timelines: Timelines
  epoch: () => string | null
  me: () => Me | null
  rooms: () => readonly Room[]
}

export interface Restored { epoch: string, me: Me | null, rooms: Room[] }

export type Cache = ReturnType<typeof createCache>

/**
 * Rooms and their newest messages on this device: shown before the network answers, then brought up to date by the
 * versions that `authenticate` names. A tail is only read when its room is opened. That is safe however late it
 * happens, for whatever changed since the version it was kept at has come as an event, and the higher version wins.
 */
export function createCache({ open, streams, timelines, epoch, me, rooms }: CacheOptions) {
  const storage = open()
  const loaded = storage.then(one => one.load())
  /** What was last read or written of each room. */
  const kept = new Map<number, KeptRoom & { from: number }>()
  /** Rooms whose newest messages in memory are all there is: what the device holds tells nothing more. */
  const known = new Set<number>()
  let keptMe: Me | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing: Promise<void> = Promise.resolve()
  let closed = false

  const isClosed = () => closed

  /** -> null where nothing is kept, or the server has answered before the storage did. */
  async function load(): Promise<Restored | null> {
    const { head, rooms } = await loaded
    if (head === null || closed || epoch() !== null)
      return null
    // Rooms of an older life of the server: the page was closed before they were written anew.
    const present = rooms.filter(({ epoch }) => epoch === head.epoch)
    present.forEach(({ id, version }) => streams.start(id, version))
    present.forEach(room => kept.set(room.id, { ...room, from: Infinity }))
    keptMe = head.me
    return { ...head, rooms: present.map(({ room }) => room) }
  }

  /** However long the storage takes: nobody but this device has them. */
  async function drafts(): Promise<KeptDraft[]> {
    return (await loaded).drafts
  }

  /** -> the messages of a room that are kept here and not in memory yet; after `load`, which tells of which epoch. */
  async function tail(roomId: number): Promise<Message[]> {
    if (known.has(roomId) || closed)
      return []
    const found = await loaded.then(() => storage).then(one => one.tail(roomId)).catch(() => null)
    if (known.has(roomId) || found === null || !isUsable(found))
      return learn(roomId, [])
    return learn(roomId, found.messages)
  }

  function learn(roomId: number, messages: Message[]): Message[] {
    known.add(roomId)
    return messages
  }

  /** Written before this client began to follow the room (by a tab that lags behind), it may lack changes for ever. */
  function isUsable({ room_id, version, epoch: ofTail }: KeptTail): boolean {
    return ofTail === epoch() && version >= streams.since(room_id)
  }

  /* ---- writing ---- */

  function schedule(): void {
    if (!closed)
      timer ??= setTimeout(flush, EVERY_MS)
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write).catch(() => {})
    return writing
  }

  async function write(): Promise<void> {
    const current = epoch()
    if (isClosed() || current === null)
      return
    const changed = rooms().flatMap(room => snapshot(room, current) ?? [])
    for (let at = 0; at < changed.length || me() !== keptMe; at += ROOMS_AT_ONCE) {
      if (isClosed())
        return
      const part = changed.slice(at, at + ROOMS_AT_ONCE)
      part.forEach(({ room, from }) => kept.set(room.id, { ...room, from }))
      keptMe = me()
      await (await storage).keep({ epoch: current, me: keptMe }, part.map(({ room }) => room), part.flatMap(({ tail }) => tail ?? []))
    }
  }

  /** What is to be written of a room, taken in one moment; null when nothing changed. */
  function snapshot(room: Room, epoch: string): { room: KeptRoom, tail: KeptTail | null, from: number } | null {
    if (!streams.knows(room.id))
      return null
    const before = kept.get(room.id)
    const have = streams.have(room.id)
    const held = timelines.of(room.id).tail(TAIL_ROWS)
    if (held.length === TAIL_ROWS || before === undefined || have - before.version > MOST_BEHIND)
      known.add(room.id)
    const version = known.has(room.id) || before === undefined ? have : before.version
    const from = known.has(room.id) ? held[0]?.seq ?? 0 : before?.from ?? 0
    if (before?.room === room && before.version === version && before.from === from && before.epoch === epoch)
      return null
    const tail = known.has(room.id) ? { room_id: room.id, version, epoch, messages: held } : null
    return { room: { id: room.id, version, epoch, room }, tail, from }
  }

  /** What the device kept of the room is not to be read any more: too much happened, or memory let go of it. */
  function supersede(roomId: number): void {
    known.add(roomId)
    schedule()
  }

  async function forget(roomId: number): Promise<void> {
    kept.delete(roomId)
    known.delete(roomId)
    await writing
    await (await storage).forgetRoom(roomId).catch(() => {})
  }

  function close(): void {
    closed = true
    clearTimeout(timer)
  }

  return {
    storage,
    load,
    drafts,
    tail,
    schedule,
    flush,
    supersede,
    forget,
    close,
    destroy: async () => (await storage).destroy(),
  }
}
