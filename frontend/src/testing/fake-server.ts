import type { ErrorBody, ErrorCode, RoomHead, SendMessage, Status } from '@/api/types'
import type { Frame } from '@/gateway/frames'
import { FakeLine } from './fake-line'
import { FakeRoom } from './fake-room'
import { aMe, aUser } from './samples'

/** What goes wrong, and how often (0 to 1). */
export interface Weather {
  /** An event never reaches the connection: a lost publish. */
  lose: number
  /** An event arrives twice. */
  repeat: number
  /** An event arrives late, after others that were sent after it. */
  delay: number
  /** The line breaks after a command was carried out and before its answer. */
  cut: number
  /** A command is refused for now. */
  refuse: number
}

export const CALM: Weather = { lose: 0, repeat: 0, delay: 0, cut: 0, refuse: 0 }

const TOKEN_SECONDS = 600

/** The contract in memory, for one person; the others act through `room()`. */
export class FakeServer {
  readonly rooms = new Map<number, FakeRoom>()
  readonly lines = new Set<FakeLine>()
  readonly received: Frame[] = []
  weather = CALM
  /** Nobody answers. */
  isDown = false
  /** Calls are answered, but nobody gets a connection. */
  isDeaf = false
  /** How long the answer to a call travels. */
  travelMs = 10
  isSessionOver = false
  epoch = 'one'
  /** Rooms that this person is no longer in. */
  readonly removed = new Set<number>()
  /** How this person wants to be seen. As on a real server, calls do not know of it right after connecting. */
  chosenStatus: Status = 'online'
  /** More changed rows than this make a room_sync incomplete. */
  mostRows = 500
  dialled = 0
  private tokens = 0

  constructor(readonly myId: number, private readonly random: () => number = Math.random) {}

  room(id: number): FakeRoom {
    const room = this.rooms.get(id) ?? new FakeRoom(id, (type, data) => this.publish({ type, data }))
    this.rooms.set(id, room)
    return room
  }

  /* ---- sockets ---- */

  readonly open = (): WebSocket => {
    this.dialled++
    const line = new FakeLine(frame => this.receive(line, frame), () => this.lines.delete(line))
    setTimeout(() => this.isDown || this.isDeaf ? line.drop(1006) : this.accept(line))
    return line as unknown as WebSocket
  }

  cutAll(code = 1006): void {
    this.lines.forEach(line => line.drop(code))
  }

  private accept(line: FakeLine): void {
    this.lines.add(line)
    line.accept()
  }

  publish(frame: Frame): void {
    for (const line of this.lines) {
      if (!line.isReady || this.happens('lose'))
        continue
      line.deliver(frame, this.happens('delay') ? 200 : 5)
      if (this.happens('repeat'))
        line.deliver(frame, 100)
    }
  }

  private happens(what: keyof Weather): boolean {
    return this.random() < this.weather[what]
  }

  private receive(line: FakeLine, frame: Frame): void {
    if (this.isDown)
      return
    this.received.push(frame)
    const answer = this.happens('refuse') && frame.type !== 'authenticate'
      ? this.refusal('unavailable', 0.1)
      : this.carryOut(line, frame)
    if (this.happens('cut') && frame.type !== 'authenticate')
      line.drop(1006)
    else if (frame.id !== undefined)
      line.deliver({ ...answer, id: frame.id }, 5)
  }

  private carryOut(line: FakeLine, { type, data }: Frame): Frame {
    const it = data as { room_id: number, seq: number, version: number }
    switch (type) {
      case 'authenticate':
        return this.authenticate(line, data as { token: string, rooms?: Record<string, number>, epoch?: string })
      case 'send_message':
        return this.send(data as SendMessage)
      case 'mark_read':
        return { type: 'ack', data: { last_read_seq: this.room(it.room_id).markRead(this.myId, it.seq) } }
      case 'sync_room':
        line.deliver({ type: 'room_sync', data: this.room(it.room_id).since(it.version, this.mostRows) }, 5)
        return { type: 'ack', data: {} }
      case 'join_room': {
        const room = this.room(it.room_id)
        return { type: 'joined_room', data: { room_id: room.id, room: room.out(this.myId), version: room.version } }
      }
      default:
        return { type: 'ack', data: {} }
    }
  }

  private authenticate(
    line: FakeLine,
    { token, rooms = {}, epoch }: { token: string, rooms?: Record<string, number>, epoch?: string },
  ): Frame {
    if (this.isSessionOver || this.expiryOf(token) < Date.now())
      return this.refusal('token_expired')
    const isMine = ([id]: [string, number]) => !this.removed.has(Number(id))
    const known = Object.entries(rooms).filter(isMine).map(([id, version]) => ({ room: this.room(Number(id)), version }))
    if (!line.isReady) {
      line.isReady = true
      this.removed.forEach(room_id => room_id in rooms && line.deliver({ type: 'room_removed', data: { room_id, reason: 'kicked' } }, 6))
      known.filter(({ room, version }) => version !== room.version || epoch !== this.epoch).forEach(({ room, version }) =>
        line.deliver({ type: 'room_sync', data: room.since(epoch === this.epoch ? version : Infinity, this.mostRows) }, 6))
    }
    return { type: 'ready', data: this.ready() }
  }

  private ready() {
    return {
      user: aUser(this.myId, { status: this.chosenStatus }),
      session_id: 1,
      protocol: 1,
      epoch: this.epoch,
      server_time: new Date().toISOString(),
      heartbeat_seconds: 25,
      limits: { content_chars: 8000, frame_bytes: 131072, upload_bytes: 1, recall_seconds: 120, keep_days: null },
      server: { name: 'Chat', message: '', edit_seconds: 0, registration: 'open', email_verification: 'off' },
      rooms: [...this.rooms.values()].map((room): RoomHead => ({
        room_id: room.id,
        version: room.version,
        last_seq: room.messages.length,
        last_read_seq: room.readSeqs.get(this.myId) ?? 0,
        unread_count: room.unread(this.myId),
        mention_count: 0,
      })),
    }
  }

  private send({ room_id, nonce, content }: SendMessage): Frame {
    if (content === '')
      return this.refusal('validation_error')
    const known = this.room(room_id).find(this.myId, nonce)
    const { id, seq, version, created_at } = known ?? this.room(room_id).post(this.myId, content, nonce)
    const duplicate = known !== undefined
    return { type: 'ack', data: { nonce, room_id, message_id: id, seq, version, created_at, duplicate } }
  }

  private refusal(code: ErrorCode, retry_after: number | null = null): Frame {
    return { type: 'error', data: errorBody(code, retry_after) }
  }

  /* ---- calls ---- */

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const answer = this.isDown ? null : this.answer(new URL(String(input)), init)
    await new Promise(resolve => setTimeout(resolve, this.travelMs))
    if (answer === null)
      throw new TypeError('Failed to fetch')
    return answer
  }

  private answer(url: URL, init: RequestInit = {}): Response {
    if (url.pathname === '/api/auth/refresh')
      return this.isSessionOver ? refuse('authentication_failed', 401) : json({ access: this.token(), refresh: null })
    const token = new Headers(init.headers).get('Authorization')?.slice('Bearer '.length) ?? ''
    if (this.isSessionOver || this.expiryOf(token) < Date.now())
      return refuse('token_expired', 401)
    return json(this.look(url, init.body))
  }

  private look({ pathname, searchParams }: URL, body: RequestInit['body']): unknown {
    if (pathname === '/api/users/me')
      return aMe(this.myId)
    const [, , , id, what] = pathname.split('/')
    if (id === undefined || id === '')
      return { results: [...this.rooms.values()].map(room => room.out(this.myId)) }
    const room = this.room(Number(id))
    if (what === 'read')
      return { last_read_seq: room.markRead(this.myId, JSON.parse(String(body)).seq) }
    if (what === 'messages')
      return room.page(searchParams)
    return what === 'members' ? { results: room.members, next: null } : room.out(this.myId)
  }

  token(): string {
    const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS
    const claims = { exp, user_id: this.myId, jti: ++this.tokens }
    return `head.${btoa(JSON.stringify(claims))}.signature`
  }

  private expiryOf(token: string): number {
    return token === '' ? 0 : JSON.parse(atob(token.split('.')[1] ?? '')).exp * 1000
  }
}

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
}

function refuse(code: ErrorCode, status: number): Response {
  return new Response(JSON.stringify(errorBody(code, null)), { status })
}

function errorBody(code: ErrorCode, retry_after: number | null): ErrorBody {
  return { code, message: code, fields: null, retry_after, request_id: null }
}
