import type { Frame } from './frames'
import type { Request } from './requests'
import type { AccessTokens } from '@/api/tokens'
import type { Commands, Ready } from '@/api/types'
import { shallowReactive } from 'vue'
import { ChatError } from '@/api/errors'
import { backoff } from './backoff'
import { CLOSE_UNAUTHENTICATED, readFrame } from './frames'
import { gathered } from './gathered'
import { createRequests } from './requests'

/** From the first attempt to `ready`. */
const HANDSHAKE_MS = 10_000
/** How long a connection that may be dead has to answer, before it is given up. */
const PROBE_MS = 3_000
/** The same for one that is only asked because it is time to. */
const HEARTBEAT_ANSWER_MS = 10_000
/** A connection that held this long has earned a quick first retry. */
const STABLE_MS = 10_000
/** The live connection gets its next token this long before the present one ends. */
const EXTEND_BEFORE_MS = 60_000
const EXTEND_RETRY_MS = 10_000
/** Keeps a server with absurdly short tokens from being asked in a loop. */
const SHORTEST_TOKEN_MS = 1_000

export interface Connection {
  readonly state: 'offline' | 'connecting' | 'ready'
  /** When it last became ready, or stopped being it, in ms. */
  readonly since: number
  /** When the next attempt starts, in ms; null while one runs. */
  readonly retryAt: number | null
  retryNow: () => void
}

export interface Socket {
  readonly connection: Connection
  request: Request
  start: () => void
  /** Something happened to the network or the machine: try now, or make sure that the line is alive. */
  probe: () => void
  /** The network is gone: whatever the line looks like, nothing comes through it. */
  hangUp: () => void
  stop: () => void
}

export interface SocketOptions {
  /** `ws://host/ws/` */
  url: string
  tokens: AccessTokens
  resume: () => Pick<Commands['authenticate'], 'rooms' | 'epoch'>
  isIdle: () => boolean
  onReady: (ready: Ready) => void
  onEvent: (frame: Frame) => void
  open?: (url: string) => WebSocket
}

type Timer = ReturnType<typeof setTimeout>

export function createSocket(options: SocketOptions): Socket {
  const { tokens, open = url => new WebSocket(url) } = options
  const connection = shallowReactive<{ -readonly [Key in keyof Connection]: Connection[Key] }>({
    state: 'offline',
    since: Date.now(),
    retryAt: null,
    retryNow: () => connection.retryAt !== null && connect(),
  })
  const requests = createRequests(write)
  const events = gathered(options.onEvent)

  let stopped = true
  let line: WebSocket | null = null
  let usedToken = ''
  let tokenRefused = false
  let attempts = 0
  let readyAt = 0
  /** Seconds, as the server asked. */
  let askedToWait: number | null = null
  let retryTimer: Timer | undefined
  let handshakeTimer: Timer | undefined
  let heartbeatTimer: Timer | undefined
  let extendTimer: Timer | undefined

  function write(frame: Frame): void {
    if (line === null || line.readyState !== WebSocket.OPEN)
      throw ChatError.network('The connection is down.')
    line.send(JSON.stringify(frame))
  }

  async function connect(): Promise<void> {
    clearTimeout(retryTimer)
    connection.state = 'connecting'
    connection.retryAt = null
    try {
      usedToken = await (tokenRefused ? tokens.renew(usedToken) : tokens.get())
      tokenRefused = false
    }
    catch (error) {
      return comeBack(error)
    }
    if (!stopped && line === null)
      dial()
  }

  function dial(): void {
    const dialled = open(options.url)
    line = dialled
    handshakeTimer = setTimeout(hangUp, HANDSHAKE_MS)
    dialled.onopen = () => void authenticate()
    dialled.onmessage = ({ data }) => typeof data === 'string' && receive(data)
    dialled.onclose = ({ code }) => lost(code)
  }

  async function authenticate(): Promise<void> {
    try {
      await requests.request('authenticate', { token: usedToken, ...options.resume() })
    }
    catch (error) {
      noteRefusal(error)
      hangUp()
    }
  }

  function welcome(ready: Ready): void {
    clearTimeout(handshakeTimer)
    readyAt = Date.now()
    connection.state = 'ready'
    connection.since = readyAt
    heartbeatTimer = setInterval(beat, ready.heartbeat_seconds * 1000, HEARTBEAT_ANSWER_MS)
    tokens.setServerTime(ready.server_time)
    planExtension()
    options.onReady(ready)
  }

  function noteRefusal(error: unknown): void {
    if (!(error instanceof ChatError))
      return
    tokenRefused ||= error.code === 'token_expired' || error.code === 'authentication_failed'
    askedToWait = error.retry_after
  }

  function receive(text: string): void {
    const frame = readFrame(text)
    if (frame === null)
      return
    // An answer knows of the events before it.
    if (frame.id !== undefined)
      events.flush()
    // At once, not when the promise gets its turn: a room_sync may follow in the same tick.
    if (frame.type === 'ready' && connection.state !== 'ready')
      welcome(frame.data as Ready)
    if (requests.settle(frame))
      return
    if (frame.type === 'reconnect')
      noteRestart(frame.data as { retry_after: number })
    events.add(frame)
  }

  /** Announced: nothing has failed, and nothing is to be waited for but what was said. */
  function noteRestart({ retry_after }: { retry_after: number }): void {
    askedToWait = retry_after
    attempts = 0
  }

  async function beat(timeout: number): Promise<void> {
    const beating = line
    try {
      await requests.request('ping', { idle: options.isIdle() }, timeout)
    }
    catch {
      if (line === beating)
        hangUp()
    }
  }

  function planExtension(): void {
    const end = tokens.expiresAt()
    if (end === null)
      return
    const left = end - Date.now()
    extendTimer = setTimeout(extend, Math.max(left - EXTEND_BEFORE_MS, left / 2, SHORTEST_TOKEN_MS))
  }

  /** The same connection, with a token that lasts longer. */
  async function extend(): Promise<void> {
    const extending = line
    try {
      const token = await tokens.renew(usedToken)
      await requests.request('authenticate', { token })
      usedToken = token
      planExtension()
    }
    catch {
      if (line === extending && line !== null)
        extendTimer = setTimeout(extend, EXTEND_RETRY_MS)
    }
  }

  /** Does not wait for the other side to agree: on a dead line it never would. */
  function hangUp(): void {
    const dead = line
    if (dead === null)
      return
    dead.onopen = dead.onmessage = dead.onclose = null
    dead.close()
    lost(null)
  }

  function lost(code: number | null): void {
    events.flush()
    line = null
    clearTimeout(handshakeTimer)
    clearInterval(heartbeatTimer)
    clearTimeout(extendTimer)
    requests.abandon()
    if (code === CLOSE_UNAUTHENTICATED)
      tokenRefused = true
    if (connection.state === 'ready') {
      connection.since = Date.now()
      attempts = connection.since - readyAt > STABLE_MS ? 0 : attempts
    }
    comeBack()
  }

  function comeBack(error?: unknown): void {
    noteRefusal(error)
    connection.state = 'offline'
    if (stopped)
      return
    const wait = (askedToWait ?? 0) * 1000 + backoff(attempts++)
    askedToWait = null
    connection.retryAt = Date.now() + wait
    retryTimer = setTimeout(connect, wait)
  }

  return {
    connection,
    request: requests.request,
    start() {
      stopped = false
      void connect()
    },
    hangUp,
    probe() {
      attempts = 0
      if (connection.state === 'ready')
        void beat(PROBE_MS)
      else
        connection.retryNow()
    },
    stop() {
      stopped = true
      clearTimeout(retryTimer)
      connection.retryAt = null
      hangUp()
    },
  }
}
