import type { DesktopApi } from '../../electron/shared/desktop-api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDesktopPlatform } from './desktop'
import { watchIdle } from './idle'
import { createLastUser } from './last-user'
import { createWebPlatform } from './web'

afterEach(() => vi.unstubAllGlobals())

describe('in the browser', () => {
  it('the page belongs to the server that it came from', async () => {
    const { server } = createWebPlatform()
    expect(server.isEditable).toBe(false)
    expect(await server.load()).toBe(location.origin)
    await expect(server.save('http://elsewhere')).rejects.toThrow()
  })

  it('a clicked notice leads to its place and goes, as one does that was read', () => {
    const closed = vi.fn()
    const shown: { onclick?: () => void }[] = []
    vi.stubGlobal('isSecureContext', true)
    vi.stubGlobal('Notification', class {
      static permission = 'granted'
      constructor() {
        shown.push(this as { onclick?: () => void })
      }

      close = closed
    })
    const platform = createWebPlatform()
    const open = vi.fn()
    platform.onOpen(open)
    platform.notify({ title: 'Ada', body: 'hello', tag: 'room-7', path: '/rooms/7' })
    shown[0]?.onclick?.()
    expect(open).toHaveBeenCalledWith('/rooms/7')
    expect(closed).toHaveBeenCalledOnce()
    platform.closeNotice('room-7')
    expect(closed).toHaveBeenCalledTimes(2)
  })

  it('says that there are no notices over plain http on another machine', () => {
    vi.stubGlobal('isSecureContext', false)
    vi.stubGlobal('Notification', class { static permission = 'default' })
    const platform = createWebPlatform()
    expect(platform.noticePermission()).toBe('unsupported')
    expect(() => platform.notify({ title: '', body: '', tag: '', path: '' })).not.toThrow()
  })

  it('hears that the network is gone', () => {
    const gone = vi.fn()
    const stop = createWebPlatform().onOffline(gone)
    window.dispatchEvent(new Event('offline'))
    stop()
    window.dispatchEvent(new Event('offline'))
    expect(gone).toHaveBeenCalledTimes(1)
  })

  it('a page that is looked at again, or online again, wakes up', () => {
    const wake = vi.fn()
    const stop = createWebPlatform().onRevived(wake)
    window.dispatchEvent(new Event('online'))
    document.dispatchEvent(new Event('visibilitychange'))
    expect(wake).toHaveBeenCalledTimes(2)
    stop()
    window.dispatchEvent(new Event('online'))
    expect(wake).toHaveBeenCalledTimes(2)
  })
})

describe('a device', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is idle after five minutes without a touch or a key', () => {
    const isIdle = watchIdle()
    vi.advanceTimersByTime(5 * 60_000)
    expect(isIdle()).toBe(false)
    vi.advanceTimersByTime(1)
    expect(isIdle()).toBe(true)
    window.dispatchEvent(new KeyboardEvent('keydown'))
    expect(isIdle()).toBe(false)
  })
})

describe('in the desktop shell', () => {
  function aShell() {
    const wakers: (() => void)[] = []
    const desktop: DesktopApi = {
      version: '0.1.0',
      platform: 'linux',
      server: { get: async () => 'http://localhost:9000', set: vi.fn() },
      session: { load: vi.fn(async () => 'kept'), save: vi.fn(async () => true), clear: vi.fn() },
      setLocale: vi.fn(),
      openExternal: vi.fn(),
      notify: vi.fn(),
      closeNotification: vi.fn(),
      setBadge: vi.fn(),
      onOpen: () => () => {},
      onWake: (listener) => {
        wakers.push(listener)
        return () => wakers.splice(0)
      },
    }
    return { desktop, wakers }
  }

  it('refresh tokens live in the main process, one for each account', async () => {
    const { desktop } = aShell()
    const tokens = createDesktopPlatform(desktop).refreshTokens('http://chat.test', 7)
    expect(tokens.inCookie).toBe(false)
    expect(await tokens.load()).toBe('kept')
    await tokens.save('next')
    await tokens.clear()
    expect(desktop.session.save).toHaveBeenCalledWith('http://chat.test', 7, 'next')
    expect(desktop.session.clear).toHaveBeenCalledWith('http://chat.test', 7)
  })

  it('the server can be chosen, and a machine that wakes up reconnects', async () => {
    const { desktop, wakers } = aShell()
    const platform = createDesktopPlatform(desktop)
    expect(platform.server.isEditable).toBe(true)
    expect(await platform.server.load()).toBe('http://localhost:9000')
    const wake = vi.fn()
    const stop = platform.onRevived(wake)
    wakers.forEach(waker => waker())
    expect(wake).toHaveBeenCalledTimes(1)
    stop()
    expect(wakers).toEqual([])
  })
})

function forbidden(): never {
  throw new DOMException('forbidden', 'SecurityError')
}

describe('the last user', () => {
  it('is remembered for each server', () => {
    const lastUser = createLastUser()
    lastUser.save('http://one', 7)
    expect([lastUser.load('http://one'), lastUser.load('http://two')]).toEqual([7, null])
    lastUser.clear('http://one')
    expect(lastUser.load('http://one')).toBeNull()
  })

  it('is nobody where storage is forbidden', () => {
    const lastUser = createLastUser(forbidden)
    expect(() => lastUser.save('http://one', 7)).not.toThrow()
    expect(lastUser.load('http://one')).toBeNull()
  })
})
