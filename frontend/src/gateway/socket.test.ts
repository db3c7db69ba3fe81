import type { SignedInScene } from '@/testing/signed-in'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedIn } from '@/testing/signed-in'

let scene: SignedInScene

function start(): SignedInScene {
  scene = signedIn()
  return scene
}

afterEach(() => {
  scene.account.close()
  vi.useRealTimers()
})

function sent(type: string) {
  return scene.server.received.filter(frame => frame.type === type)
}

describe('the connection', () => {
  it('authenticates first and becomes ready', async () => {
    const { account, server, pass } = start()
    await pass(0)
    expect(account.connection.state).toBe('connecting')
    await pass(100)
    expect(account.connection.state).toBe('ready')
    expect(server.received[0]).toMatchObject({ type: 'authenticate', id: '1' })
  })

  it('comes back after a break with the versions and the epoch it had', async () => {
    const { account, server, pass } = start()
    server.room(7).post(2, 'hello')
    await pass(100)
    server.cutAll()
    expect(account.connection.state).toBe('offline')
    expect(account.connection.retryAt).not.toBeNull()
    await pass(1_000)
    expect(account.connection.state).toBe('ready')
    expect(sent('authenticate')[1]?.data).toMatchObject({ rooms: { 7: 1 }, epoch: 'one' })
  })

  it('waits as long as a restarting server asks for', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.publish({ type: 'reconnect', data: { retry_after: 20 } })
    await pass(10)
    server.cutAll(1012)
    await pass(19_000)
    expect(account.connection.state).toBe('offline')
    await pass(2_000)
    expect(account.connection.state).toBe('ready')
  })

  it('waits longer after each failure, but at once when the machine wakes up', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { account, server, platform, pass } = start()
    await pass(100)
    server.isDown = true
    server.cutAll()
    await pass(120_000)
    // 0.5, 1, six times 2, 4, 8, 16 and then 30 seconds apart.
    expect(server.dialled).toBe(1 + 13)
    server.isDown = false
    platform.revive()
    await pass(100)
    expect(account.connection.state).toBe('ready')
  })

  it('is back within three seconds after one without a server, however the dice fall', async () => {
    for (const dice of [0.1, 0.3, 0.5, 0.7, 0.9, 1]) {
      vi.spyOn(Math, 'random').mockReturnValue(dice)
      const { account, server, pass } = start()
      await pass(100)
      server.isDown = true
      server.cutAll()
      await pass(1_000)
      server.isDown = false
      await pass(2_000)
      expect(account.connection.state, `dice ${dice}`).toBe('ready')
      account.close()
    }
  })

  it('forgets earlier failures when a restart is announced', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { account, server, pass } = start()
    server.isDown = true
    await pass(60_000)
    server.isDown = false
    await pass(30_000)
    server.publish({ type: 'reconnect', data: { retry_after: 1 } })
    await pass(10)
    server.cutAll(1012)
    await pass(1_000 + 500 + 100)
    expect(account.connection.state).toBe('ready')
  })

  it('is lost at once when the device has no network, and back at once with it', async () => {
    const { account, server, platform, pass } = start()
    await pass(60_000)
    const lostAt = Date.now()
    server.isDown = true
    platform.goOffline()
    expect(account.connection).toMatchObject({ state: 'offline', since: lostAt })
    await pass(60_000)
    expect(account.connection.since).toBe(lostAt)
    server.isDown = false
    platform.revive()
    await pass(100)
    expect(account.connection.state).toBe('ready')
  })

  it('tries again soon when the network comes back a little later than it says', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { account, server, platform, pass } = start()
    await pass(100)
    server.isDown = true
    platform.goOffline()
    await pass(120_000)
    platform.revive()
    await pass(1_000)
    server.isDown = false
    await pass(2_000)
    expect(account.connection.state).toBe('ready')
  })

  it('gives up a dead line three seconds after the page is looked at again', async () => {
    const { account, server, platform, pass } = start()
    await pass(100)
    server.isDown = true
    platform.revive()
    await pass(2_900)
    expect(account.connection.state).toBe('ready')
    await pass(200)
    expect(account.connection.state).not.toBe('ready')
  })

  it('notices a line that died without a word', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.isDown = true
    await pass(36_000)
    expect(account.connection.state).not.toBe('ready')
  })

  it('pings as often as the server wants', async () => {
    const { pass } = start()
    await pass(80_000)
    expect(sent('ping')).toHaveLength(3)
    expect(sent('ping')[0]?.data).toEqual({ idle: false })
  })

  it('says when nobody is there', async () => {
    const { platform, pass } = start()
    vi.mocked(platform.isIdle).mockReturnValue(true)
    await pass(30_000)
    expect(sent('ping').at(-1)?.data).toEqual({ idle: true })
  })

  it('extends the live connection before its token ends', async () => {
    const { server, account, pass } = start()
    await pass(100)
    const [line] = server.lines
    await pass(9.5 * 60_000)
    expect(sent('authenticate')).toHaveLength(2)
    expect(sent('authenticate')[1]?.data).not.toHaveProperty('rooms')
    expect([...server.lines]).toEqual([line])
    expect(account.connection.state).toBe('ready')
  })

  it('gets another token when the server closes for want of one', async () => {
    const { server, account, pass, onSessionOver } = start()
    await pass(100)
    server.cutAll(4401)
    await pass(1_000)
    expect(account.connection.state).toBe('ready')
    const tokens = sent('authenticate').map(({ data }) => (data as { token: string }).token)
    expect(tokens[0]).not.toBe(tokens[1])
    expect(onSessionOver).not.toHaveBeenCalled()
  })

  it('ends the session when the server says that it is over, and not before', async () => {
    const { server, pass, onSessionOver } = start()
    await pass(100)
    server.isDown = true
    server.cutAll()
    await pass(20 * 60_000)
    expect(onSessionOver).not.toHaveBeenCalled()
    server.isDown = false
    server.isSessionOver = true
    await pass(60_000)
    expect(onSessionOver).toHaveBeenCalledWith('expired')
  })

  it('ends the session when another device revoked it', async () => {
    const { server, pass, onSessionOver } = start()
    await pass(100)
    server.publish({ type: 'session_revoked', data: { reason: 'signed_out' } })
    await pass(10)
    expect(onSessionOver).toHaveBeenCalledWith('revoked')
  })

  it('stays closed once closed', async () => {
    const { server, account, pass } = start()
    await pass(100)
    account.close()
    await pass(120_000)
    expect(server.lines.size).toBe(0)
    expect(account.connection.state).toBe('offline')
  })

  it('ignores events of types that it does not know', async () => {
    const { server, account, pass } = start()
    await pass(100)
    server.publish({ type: 'weather_changed', data: {} })
    server.publish({ type: 'toString', data: {} })
    await pass(100)
    expect(account.connection.state).toBe('ready')
  })
})
