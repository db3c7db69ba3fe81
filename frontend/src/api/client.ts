import type { AccessTokens } from './tokens'
import { ChatError } from './errors'

/** Longer than any answer that is still worth having, shorter than a person's patience. */
const TIMEOUT_MS = 20_000

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Query = Record<string, string | number | undefined>

export interface CallOptions {
  body?: object | FormData
  query?: Query
  /** Sends and accepts the refresh cookie. */
  withCookie?: boolean
  /** It arrives although the page is left at once. */
  outlivesPage?: boolean
}

export interface Client {
  call: <Answer>(method: Method, path: string, options?: CallOptions) => Promise<Answer>
}

export interface ClientOptions {
  /** An origin, without a slash at its end. */
  server: string
  locale: () => string
  /** None: the calls that need no sign-in. */
  tokens?: AccessTokens
}

export function createClient({ server, locale, tokens }: ClientOptions): Client {
  async function send(method: Method, path: string, options: CallOptions, token: string | null): Promise<Response> {
    const headers = new Headers({ 'Accept': 'application/json', 'Accept-Language': locale() })
    if (token !== null)
      headers.set('Authorization', `Bearer ${token}`)
    if (options.body !== undefined && !(options.body instanceof FormData))
      headers.set('Content-Type', 'application/json')
    try {
      return await fetch(`${server}${path}${queryString(options.query)}`, {
        method,
        headers,
        body: encode(options.body),
        keepalive: options.outlivesPage === true,
        credentials: options.withCookie === true ? 'same-origin' : 'omit',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    }
    catch (cause) {
      throw ChatError.network(cause)
    }
  }

  async function sendSignedIn(method: Method, path: string, options: CallOptions): Promise<Response> {
    if (tokens === undefined)
      return send(method, path, options, null)
    const token = await tokens.get()
    const response = await send(method, path, options, token)
    return response.status === 401 ? send(method, path, options, await tokens.renew(token)) : response
  }

  return {
    async call<Answer>(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
      const response = await sendSignedIn(method, path, options)
      if (!response.ok)
        throw await ChatError.fromResponse(response)
      return await read(response) as Answer
    },
  }
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204)
    return undefined
  try {
    return await response.json()
  }
  catch (cause) {
    throw ChatError.network(cause)
  }
}

function encode(body: object | FormData | undefined): string | FormData | null {
  if (body === undefined)
    return null
  return body instanceof FormData ? body : JSON.stringify(body)
}

function queryString(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}
