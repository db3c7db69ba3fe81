import type { Timestamp, Tokens } from './types'
import { ChatError } from './errors'

/** A token this close to its end is renewed before it is used: seconds of travel and of clock drift. */
const MARGIN_MS = 30_000
/** What a new token is good for while the clock of the server is not known: ours may run far ahead. */
const LEAST_LIFE_MS = 60_000

/** Where the refresh token lives: a cookie that scripts cannot read, or the main process of the desktop shell. */
export interface RefreshTokens {
  /** The browser keeps the token itself and sends it along; `load` has nothing to give then. */
  readonly inCookie: boolean
  load: () => Promise<string | null>
  save: (token: string) => Promise<void>
  clear: () => Promise<void>
}

export interface AccessTokens {
  /** A usable access token, renewed first when it is missing or about to end. */
  get: () => Promise<string>
  /** After `refused` was refused: another token. Calls at the same time share one refresh. */
  renew: (refused: string) => Promise<string>
  /** When the present token ends, in ms; null when there is none or it does not say. */
  expiresAt: () => number | null
  /** What the clock of the server shows now. */
  setServerTime: (time: Timestamp) => void
}

export interface AccessTokensOptions {
  refreshTokens: RefreshTokens
  refresh: (token: string | null) => Promise<Tokens>
  /** Whose tokens these are: a cookie may meanwhile belong to somebody who signed in from another tab. */
  userId: number
  /** The server says that the session is over. Never called for a lost network or an unavailable server. */
  onSessionOver: () => void
  access?: string | undefined
}

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  let current = options.access === undefined ? null : readToken(options.access)
  let refreshing: Promise<string> | null = null
  /** How far the clock of the server is ahead of ours, in ms. */
  let serverAhead: number | null = null

  function expiresAt(): number | null {
    if (current === null || current.end === null)
      return null
    return serverAhead === null ? Math.max(current.end, current.receivedAt + LEAST_LIFE_MS) : current.end - serverAhead
  }

  function isFresh(): boolean {
    const end = expiresAt()
    return end === null || end - MARGIN_MS > Date.now()
  }

  async function refresh(): Promise<string> {
    const stored = await options.refreshTokens.load()
    if (stored === null && !options.refreshTokens.inCookie)
      throw sessionOver()
    const tokens = await options.refresh(stored).catch(onRefused)
    const next = readToken(tokens.access)
    if (next.userId !== null && next.userId !== options.userId)
      throw sessionOver()
    if (tokens.refresh !== null)
      await options.refreshTokens.save(tokens.refresh)
    current = next
    return next.text
  }

  function onRefused(error: unknown): never {
    if (error instanceof ChatError && (error.code === 'authentication_failed' || error.code === 'token_expired'))
      throw sessionOver()
    throw error
  }

  function sessionOver(): ChatError {
    options.onSessionOver()
    return new ChatError('authentication_failed', 'The session is over.')
  }

  function refreshOnce(): Promise<string> {
    refreshing ??= refresh().finally(() => refreshing = null)
    return refreshing
  }

  return {
    get: async () => current !== null && isFresh() ? current.text : refreshOnce(),
    renew: async refused => current !== null && current.text !== refused ? current.text : refreshOnce(),
    expiresAt,
    setServerTime: time => serverAhead = Date.parse(time) - Date.now(),
  }
}

interface Token {
  text: string
  /** By the clock of the server, in ms. */
  end: number | null
  receivedAt: number
  userId: number | null
}

function readToken(text: string): Token {
  const { exp, user_id } = claims(text)
  const end = typeof exp === 'number' ? exp * 1000 : null
  return { text, end, receivedAt: Date.now(), userId: user_id === undefined ? null : Number(user_id) }
}

function claims(text: string): { exp?: unknown, user_id?: unknown } {
  try {
    const payload = (text.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const decoded: unknown = JSON.parse(atob(payload))
    return typeof decoded === 'object' && decoded !== null ? decoded : {}
  }
  catch {
    return {}
  }
}
