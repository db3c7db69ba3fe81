import { describe, expect, it, vi } from 'vitest'
import { createClient } from './client'
import { ChatError, isPassing } from './errors'

const tokens = (renewed = 'second') => ({
  get: vi.fn(async () => 'first'),
  renew: vi.fn(async (_refused: string) => renewed),
  expiresAt: () => null,
  setServerTime: () => {},
})

function answer(status: number, body?: unknown): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status })
}

function refusal(status: number, code: string, more = {}) {
  return answer(status, { code, message: 'in their language', fields: null, retry_after: null, request_id: 'r', ...more })
}

function aServer(...answers: (Response | Error)[]) {
  const calls: { url: string, init: RequestInit, headers: Headers }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init, headers: new Headers(init.headers) })
    const next = answers.shift()!
    if (next instanceof Error)
      throw next
    return next
  })
  return calls
}

const aClient = (withTokens?: ReturnType<typeof tokens>) =>
  createClient({ server: 'http://chat.test', locale: () => 'zh-CN', ...withTokens && { tokens: withTokens } })

describe('a call', () => {
  it('says who asks, in which language, and sends JSON', async () => {
    const calls = aServer(answer(200, { id: 7 }))
    const room = await aClient(tokens()).call('PATCH', '/api/rooms/7', { body: { name: '港口' }, query: { a: 1, b: undefined } })
    expect(room).toEqual({ id: 7 })
    expect(calls[0]?.url).toBe('http://chat.test/api/rooms/7?a=1')
    expect(calls[0]?.init).toMatchObject({ method: 'PATCH', body: '{"name":"港口"}', credentials: 'omit' })
    const { headers } = calls[0]!
    expect(['Authorization', 'Accept-Language', 'Content-Type'].map(name => headers.get(name)))
      .toEqual(['Bearer first', 'zh-CN', 'application/json'])
  })

  it('leaves the type of a form to the browser', async () => {
    const calls = aServer(answer(204))
    expect(await aClient(tokens()).call('PUT', '/api/users/me/avatar', { body: new FormData() })).toBeUndefined()
    expect(calls[0]?.headers.has('content-type')).toBe(false)
  })

  it('sends the cookie only where it is asked to', async () => {
    const calls = aServer(answer(200, {}))
    await aClient().call('POST', '/api/auth/refresh', { withCookie: true, body: {} })
    expect(calls[0]?.init.credentials).toBe('same-origin')
    expect(calls[0]?.headers.has('authorization')).toBe(false)
  })

  it('is repeated once with another token when the first is refused', async () => {
    const calls = aServer(refusal(401, 'token_expired'), answer(200, 'fine'))
    const own = tokens()
    expect(await aClient(own).call('GET', '/api/users/me')).toBe('fine')
    expect(own.renew).toHaveBeenCalledWith('first')
    expect(calls[1]?.headers.get('authorization')).toBe('Bearer second')
  })

  it('is not repeated for ever', async () => {
    aServer(refusal(401, 'token_expired'), refusal(401, 'token_expired'))
    await expect(aClient(tokens()).call('GET', '/api/users/me')).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('fails with the words of the server', async () => {
    aServer(refusal(429, 'rate_limited', { retry_after: 3, fields: { name: ['too long'] } }))
    const error = await aClient().call('POST', '/api/rooms/').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ChatError)
    expect(error).toMatchObject({
      code: 'rate_limited',
      message: 'in their language',
      retry_after: 3,
      fields: { name: ['too long'] },
    })
  })

  it('fails as "network" without an answer, and with half of one', async () => {
    aServer(new TypeError('Failed to fetch'), new Response('{"half', { status: 200 }))
    await expect(aClient().call('GET', '/api/health')).rejects.toMatchObject({ code: 'network' })
    await expect(aClient().call('GET', '/api/health')).rejects.toMatchObject({ code: 'network' })
  })

  it('takes the page of a proxy for an unavailable server', async () => {
    aServer(new Response('<html>Bad gateway</html>', { status: 502 }))
    await expect(aClient().call('GET', '/api/health')).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('an error', () => {
  it('passes when it says nothing about what was asked', () => {
    const passing = ['network', 'unavailable', 'rate_limited', 'token_expired', 'authentication_failed'] as const
    const lasting = ['muted', 'validation_error', 'not_a_member', 'conflict', 'room_archived', 'too_large'] as const
    expect(passing.map(code => isPassing(new ChatError(code, '')))).toEqual(passing.map(() => true))
    expect(lasting.map(code => isPassing(new ChatError(code, '')))).toEqual(lasting.map(() => false))
    expect(isPassing(new TypeError('a bug'))).toBe(false)
  })
})
