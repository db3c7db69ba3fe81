import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChatError } from './errors'
import { createAccessTokens } from './tokens'

const ME = 1

function aToken(seconds: number, user_id = ME, clockAhead = 0): string {
  const exp = Math.floor((Date.now() + clockAhead) / 1000) + seconds
  return `head.${btoa(JSON.stringify({ exp, user_id, n: Math.random() }))}.tail`
}

function setUp({ access, stored = null, inCookie = true }: { access?: string, stored?: string | null, inCookie?: boolean } = {}) {
  const refresh = vi.fn(async (_token: string | null) => ({ access: aToken(600), refresh: inCookie ? null : 'next' }))
  const refreshTokens = { inCookie, load: async () => stored, save: vi.fn(), clear: vi.fn() }
  const onSessionOver = vi.fn()
  const tokens = createAccessTokens({ refreshTokens, refresh, userId: ME, onSessionOver, access })
  return { tokens, refresh, refreshTokens, onSessionOver }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('access tokens', () => {
  it('are used until shortly before their end', async () => {
    const access = aToken(600)
    const { tokens, refresh } = setUp({ access })
    vi.advanceTimersByTime(560_000)
    expect(await tokens.get()).toBe(access)
    vi.advanceTimersByTime(20_000)
    expect(await tokens.get()).not.toBe(access)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it.each([-3_600_000, 3_600_000])('last as long when the clock of the server is off by %i ms', async (ahead) => {
    const access = aToken(600, ME, ahead)
    const { tokens, refresh } = setUp({ access })
    expect(await tokens.get()).toBe(access)
    tokens.setServerTime(new Date(Date.now() + ahead).toISOString())
    vi.advanceTimersByTime(560_000)
    expect(await tokens.get()).toBe(access)
    vi.advanceTimersByTime(20_000)
    await tokens.get()
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it('are refreshed once for all who wait', async () => {
    const { tokens, refresh } = setUp()
    const [one, two] = await Promise.all([tokens.get(), tokens.get()])
    expect(one).toBe(two)
    expect(await tokens.renew('an old one')).toBe(one)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(await tokens.renew(one!)).not.toBe(one)
  })

  it('send the stored refresh token and keep its successor', async () => {
    const { tokens, refresh, refreshTokens } = setUp({ inCookie: false, stored: 'kept' })
    await tokens.get()
    expect(refresh).toHaveBeenCalledWith('kept')
    expect(refreshTokens.save).toHaveBeenCalledWith('next')
  })

  it.each(['network', 'unavailable', 'rate_limited', 'permission_denied'] as const)('survive %s', async (code) => {
    const { tokens, refresh, onSessionOver } = setUp()
    refresh.mockRejectedValueOnce(new ChatError(code, ''))
    await expect(tokens.get()).rejects.toMatchObject({ code })
    expect(onSessionOver).not.toHaveBeenCalled()
    expect(await tokens.get()).toContain('head.')
  })

  it('end with the session', async () => {
    const { tokens, refresh, onSessionOver } = setUp()
    refresh.mockRejectedValueOnce(new ChatError('authentication_failed', ''))
    await expect(tokens.get()).rejects.toMatchObject({ code: 'authentication_failed' })
    expect(onSessionOver).toHaveBeenCalledTimes(1)
  })

  it('end when this device has lost the refresh token', async () => {
    const { tokens, refresh, onSessionOver } = setUp({ inCookie: false })
    await expect(tokens.get()).rejects.toMatchObject({ code: 'authentication_failed' })
    expect(onSessionOver).toHaveBeenCalled()
    expect(refresh).not.toHaveBeenCalled()
  })

  it('are not taken from a cookie that belongs to somebody else by now', async () => {
    const { tokens, refresh, onSessionOver } = setUp()
    refresh.mockResolvedValueOnce({ access: aToken(600, 2), refresh: null })
    await expect(tokens.get()).rejects.toMatchObject({ code: 'authentication_failed' })
    expect(onSessionOver).toHaveBeenCalled()
  })

  it('may be opaque: then they hold until they are refused', async () => {
    const { tokens, refresh } = setUp({ access: 'opaque' })
    vi.advanceTimersByTime(86_400_000)
    expect(await tokens.get()).toBe('opaque')
    expect(tokens.expiresAt()).toBeNull()
    expect(refresh).not.toHaveBeenCalled()
  })
})
