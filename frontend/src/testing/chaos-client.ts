/// <reference types="node" />
import type { Account } from '@/account'
import type { Message, Room } from '@/api/types'
import type { Platform } from '@/platform/platform'
import { createInterface } from 'node:readline'
import { createAccount } from '@/account'
import { createClient } from '@/api/client'
import { createDoor } from '@/api/door'
import { ChatError } from '@/api/errors'

/**
 * The client without a screen, for `tests/chaos`: orders come in as lines of JSON, and what it did and saw goes out as
 * lines of JSON. Times are seconds of the machine's monotonic clock, which the run reads too.
 */
interface Newcomer {
  do: 'come'
  name: string
  /** Origins of all nodes; the first one is asked for everything but the socket. */
  nodes: string[]
  user_id: number
  access: string
  refresh: string
}

type Deed = 'send' | 'edit' | 'recall' | 'react' | 'read' | 'open' | 'older' | 'show' | 'join' | 'cut' | 'report'
/** `at`: which of the rooms, or of the messages; any number. */
type Order = Newcomer | { do: Deed, name: string, at: number } | { do: 'clock', ms: number }

interface Frame {
  type: string
  id?: string
  data: Record<string, unknown>
}

const LIVE = new Set(['new_message', 'message_updated', 'member_joined', 'member_left', 'member_updated', 'room_updated'])

const devices = new Map<string, Device>()

function say(fact: object): void {
  process.stdout.write(`${JSON.stringify({ ...fact, at: Number(process.hrtime.bigint()) / 1e9 })}\n`)
}

class Device {
  private readonly account: Account
  private readonly sent = new Set<string>()
  private line: WebSocket | null = null
  private texts = 0

  constructor(private readonly name: string, private readonly nodes: string[], me: Newcomer) {
    const server = nodes[0]!
    this.account = createAccount({
      server,
      userId: me.user_id,
      platform: plainPlatform(me.refresh),
      door: createDoor(createClient({ server, locale: () => 'en' })),
      locale: () => 'en',
      access: me.access,
      onSessionOver: end => this.tell({ broken: `the session is over: ${end}` }),
      open: () => this.dial(),
    })
    this.account.start()
  }

  tell(fact: object): void {
    say({ name: this.name, ...fact })
  }

  /* ---- the wire, as the client has it ---- */

  private dial(): WebSocket {
    const node = this.nodes[Math.floor(Math.random() * this.nodes.length)]!
    const line = new WebSocket(`${node.replace('http', 'ws')}/ws/`)
    const asked = new Map<string, string>()
    const newest = new Map<unknown, number>()
    const send = line.send.bind(line)
    line.send = (text) => {
      this.note(JSON.parse(text as string) as Frame, asked)
      send(text)
    }
    line.addEventListener('message', ({ data }) => this.watch(JSON.parse(data as string) as Frame, asked, newest))
    this.line = line
    return line
  }

  private note({ type, id, data }: Frame, asked: Map<string, string>): void {
    const nonce = data.nonce as string
    if (type !== 'send_message' || id === undefined)
      return
    asked.set(id, nonce)
    if (!this.sent.has(nonce))
      this.tell({ sent: nonce, room: data.room_id, content: data.content })
    this.sent.add(nonce)
  }

  private watch({ type, id, data }: Frame, asked: Map<string, string>, newest: Map<unknown, number>): void {
    const nonce = id === undefined ? undefined : asked.get(id)
    if (nonce !== undefined && type === 'ack')
      this.tell({ acked: nonce, seq: data.seq, message: data.message_id, duplicate: data.duplicate })
    if (nonce !== undefined && type === 'error')
      this.tell({ refused: nonce, code: data.code })
    if (!LIVE.has(type))
      return
    const version = data.version as number
    const before = newest.get(data.room_id) ?? 0
    if (version <= before)
      this.tell({ repeated: `room ${data.room_id as number}: version ${version} after ${before} on one connection` })
    newest.set(data.room_id, version)
  }

  /* ---- what a person does ---- */

  private room(at: number): Room | undefined {
    const { list } = this.account.rooms
    return list[at % Math.max(1, list.length)]
  }

  private message(at: number, mine: boolean): Message | undefined {
    const room = this.room(at)
    const held = room === undefined ? [] : this.held(room.id)
    const known = held.filter(({ sender, recalled_at }) => !mine || (sender?.id === this.account.userId && recalled_at === null))
    return known[known.length - 1 - at % Math.max(1, Math.min(20, known.length))]
  }

  private held(roomId: number): Message[] {
    return this.account.messages.timeline(roomId).rows.filter((row): row is Message => 'id' in row)
  }

  async obey(deed: Deed, at: number): Promise<unknown> {
    const { messages, rooms } = this.account
    const room = this.room(at)
    switch (deed) {
      case 'cut': return this.line?.close()
      case 'report': return this.report()
      case 'join': return rooms.join(at)
      case 'edit': return this.change(at, row => messages.edit(row, `edited by ${this.name} ${++this.texts}`))
      case 'recall': return this.recall(at)
      case 'react': return this.react(at)
    }
    if (room === undefined)
      return
    switch (deed) {
      case 'send': return messages.send(room.id, { content: `${this.name} ${++this.texts}` })
      case 'read': return rooms.markRead(room.id, room.last_seq)
      case 'open': return messages.open(room.id)
      case 'older': return messages.loadBefore(room.id)
      case 'show': return rooms.enter(room.id)
    }
  }

  private async change(at: number, act: (row: Message) => Promise<unknown>): Promise<Message | undefined> {
    const row = this.message(at, true)
    if (row === undefined)
      return
    this.tell({ edited: row.id })
    await act(row)
    return row
  }

  private async recall(at: number): Promise<void> {
    const row = await this.change(at, this.account.messages.recall)
    const now = row === undefined ? undefined : this.held(row.room_id).find(({ id }) => id === row.id)
    if (row !== undefined && now !== undefined && now.recalled_at !== null)
      this.tell({ recalled: row.id, room: row.room_id, version: now.version })
  }

  private async react(at: number): Promise<void> {
    const row = this.message(at, false)
    if (row !== undefined)
      await this.account.messages.react(row, '👍')
  }

  private report(): void {
    const { rooms, messages, outbox, positions } = this.account
    const versions = positions()
    const state = rooms.list.map(room => ({
      room: room.id,
      version: versions[room.id] ?? 0,
      unread: room.membership?.unread_count ?? 0,
      is_whole: !messages.timeline(room.id).hasAfter,
      rows: this.held(room.id).map(({ seq, id, content }) => [seq, id, content]),
    }))
    // What was refused stays, for its person to decide; what was acked in a room that they left is not heard of again.
    const unsent = outbox.entries.value.filter(({ refusal, message }) => refusal === null && message.room_id in versions)
    this.tell({ report: state, unsent: unsent.length, followed: Object.keys(versions).map(Number) })
  }
}

function plainPlatform(refresh: string): Platform {
  let kept: string | null = refresh
  return {
    kind: 'desktop',
    server: { isEditable: false, load: async () => '', save: async () => {} },
    lastUser: { load: () => null, save: () => {}, clear: () => {} },
    refreshTokens: () => ({
      inCookie: false,
      load: async () => kept,
      save: async token => void (kept = token),
      clear: async () => void (kept = null),
    }),
    isIdle: () => false,
    setLocale: () => {},
    openExternal: () => {},
    noticePermission: () => 'unsupported',
    askForNotices: async () => 'unsupported',
    notify: () => {},
    closeNotice: () => {},
    setBadge: () => {},
    onOpen: () => () => {},
    onRevived: () => () => {},
    onOffline: () => () => {},
    onHidden: () => () => {},
  }
}

/** The wall clock of the machine that the client runs on is wrong by so much. */
function setClock(ms: number): void {
  const right = RightDate
  globalThis.Date = class extends right {
    constructor(...given: unknown[]) {
      super(...(given.length === 0 ? [right.now() + ms] : given) as [number])
    }

    static override now(): number {
      return right.now() + ms
    }
  } as DateConstructor
}
const RightDate = Date

function obey(order: Order): void {
  if (order.do === 'clock')
    return setClock(order.ms)
  if (order.do === 'come')
    return void devices.set(order.name, new Device(order.name, order.nodes, order))
  const device = devices.get(order.name)
  device?.obey(order.do, order.at).catch((error: unknown) => {
    if (!(error instanceof ChatError))
      device.tell({ broken: `${order.do}: ${String(error)}` })
  })
}

process.on('unhandledRejection', error => say({ name: '', broken: `unhandled: ${String(error)}` }))
process.on('uncaughtException', error => say({ name: '', broken: `uncaught: ${String(error)}` }))
createInterface({ input: process.stdin }).on('line', line => obey(JSON.parse(line) as Order)).on('close', () => process.exit())
