import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChatError } from './errors'
import { createAccessTokens } from './tokens'

const ME = 1

function aToken(seconds: number, user_id: string | number = String(ME)): string {
  // The clock of the server is a year ahead: only the length of life counts.
  const iat = Math.floor(Date.now() / 1000) + 365 * 86_400
  return `head.${btoa(JSON.stringify({ iat, exp: iat + seconds, user_id, n: Math.random() }))}.tail`
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
