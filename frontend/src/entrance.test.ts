import type { Entrance } from './entrance'
import type { SignedIn } from '@/api/types'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '@/testing/eventually'
import { fakePlatform } from '@/testing/fake-platform'
import { aMe } from '@/testing/samples'
import { createEntrance } from './entrance'
// What signing in loads is here before the clock of a test runs.
import '@/inside'

const ORIGIN = 'http://chat.test'

/** Answers by path; what is not given answers 204. */
function aServer(answers: Record<string, unknown>) {
  const calls: { path: string, body: unknown }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const path = url.slice(ORIGIN.length)
    calls.push({ path, body: init.body === null ? null : JSON.parse(String(init.body)) })
    const answer = answers[path]
    if (answer instanceof Response)
      return answer.clone()
    return answer === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answer))
  })
  return calls
}

const signedIn: SignedIn = { user: aMe(1), access: 'access', refresh: null, waits_for: null }
const refused = new Response(JSON.stringify({ code: 'authentication_failed', message: '' }), { status: 401 })

let platform: ReturnType<typeof fakePlatform>
const open: Entrance[] = []

async function anEntrance(): Promise<Entrance> {
  const entrance = createEntrance({ platform, locale: () => 'en' })
  open.push(entrance)
  await entrance.restore()
  return entrance
}

beforeEach(() => {
  platform = fakePlatform()
  vi.stubGlobal('WebSocket', class {
    static readonly OPEN = 1
    readyState = 0
    close() {}
  })
})

afterEach(() => open.splice(0).forEach(entrance => entrance.account?.close()))

describe('the entrance', () => {
  it('asks who it is on a device that knows nobody', async () => {
    const calls = aServer({})
    const entrance = await anEntrance()
    expect(entrance).toMatchObject({ state: 'signed_out', server: ORIGIN, account: null, farewell: null })
    expect(calls).toEqual([])
  })

  it('signs in with a cookie in the browser, and remembers who', async () => {
    const calls = aServer({ '/api/auth/login': signedIn })
    const entrance = await anEntrance()
    expect(await entrance.signIn({ username: 'user1', password: 'secret' })).toBeNull()
    expect(calls[0]).toEqual({ path: '/api/auth/login', body: { username: 'user1', password: 'secret', cookie: true } })
    expect(entrance.state).toBe('signed_in')
    expect(entrance.account?.session.me?.username).toBe('user1')
    expect(platform.lastUser.load(ORIGIN)).toBe(1)
  })

  it('hands the refresh token to the desktop shell', async () => {
    const save = vi.fn()
    Object.assign(platform, { kind: 'desktop', refreshTokens: () => ({ inCookie: false, load: async () => 'kept', save, clear: vi.fn() }) })
    const calls = aServer({ '/api/auth/login': { ...signedIn, refresh: 'refresh' } })
    const entrance = await anEntrance()
    await entrance.signIn({ username: 'user1', password: 'secret' })
    expect(calls[0]?.body).toEqual({ username: 'user1', password: 'secret' })
    expect(save).toHaveBeenCalledWith('refresh')
  })

  it('says what a new account still waits for, and stays outside', async () => {
    aServer({ '/api/auth/register': { ...signedIn, access: null, waits_for: 'approval' } })
    const entrance = await anEntrance()
    expect(await entrance.register({ username: 'user1', email: 'u@example.org', password: 'secret-enough' })).toBe('approval')
    expect(entrance.state).toBe('signed_out')
  })

  it('lets in who was here last without waiting for the network', async () => {
    platform.lastUser.save(ORIGIN, 1)
    vi.stubGlobal('fetch', () => new Promise(() => {}))
    const entrance = await anEntrance()
    expect(entrance.state).toBe('signed_in')
    expect(entrance.account?.userId).toBe(1)
  })

  it('keeps them in while the server is unavailable', async () => {
    platform.lastUser.save(ORIGIN, 1)
    aServer({ '/api/auth/refresh': new Response('', { status: 503 }) })
    const entrance = await anEntrance()
    await eventually(() => expect(entrance.account?.connection.state).toBe('offline'))
    expect(entrance.state).toBe('signed_in')
  })

  it('sends them out when the server says that the session is over', async () => {
    platform.lastUser.save(ORIGIN, 1)
    aServer({ '/api/auth/refresh': refused })
    const entrance = await anEntrance()
    await eventually(() => expect(entrance.state).toBe('signed_out'))
    expect(entrance.farewell).toBe('expired')
    expect(entrance.account).toBeNull()
    expect(platform.lastUser.load(ORIGIN)).toBeNull()
  })

  it('signs out here and in the other tabs, and forgets', async () => {
    aServer({ '/api/auth/login': signedIn })
    const [entrance, otherTab] = [await anEntrance(), await anEntrance()]
    await entrance.signIn({ username: 'user1', password: 'secret' })
    await otherTab.signIn({ username: 'user1', password: 'secret' })
    await entrance.signOut()
    expect(entrance).toMatchObject({ state: 'signed_out', farewell: 'signed_out' })
    expect(platform.lastUser.load(ORIGIN)).toBeNull()
    await eventually(() => expect(otherTab.state).toBe('signed_out'))
  })

  it('signs out too when the session was over already', async () => {
    aServer({ '/api/auth/login': signedIn, '/api/auth/logout': refused })
    const entrance = await anEntrance()
    await entrance.signIn({ username: 'user1', password: 'secret' })
    await entrance.signOut()
    expect(entrance.state).toBe('signed_out')
  })

  it('stays signed in when the server could not be told', async () => {
    aServer({ '/api/auth/login': signedIn, '/api/auth/logout': new Response('', { status: 503 }) })
    const entrance = await anEntrance()
    await entrance.signIn({ username: 'user1', password: 'secret' })
    await expect(entrance.signOut()).rejects.toMatchObject({ code: 'unavailable' })
    expect(entrance.state).toBe('signed_in')
  })
})
