import type { Platform } from '@/platform/platform'
import { vi } from 'vitest'

export function fakePlatform(): Platform & { revive: () => void, goOffline: () => void, hide: () => void } {
  const revived = new Set<() => void>()
  const offline = new Set<() => void>()
  const hidden = new Set<() => void>()
  const lastUsers = new Map<string, number>()
  return {
    kind: 'web',
    server: { isEditable: false, load: async () => 'http://chat.test', save: vi.fn() },
    lastUser: {
      load: server => lastUsers.get(server) ?? null,
      save: (server, userId) => void lastUsers.set(server, userId),
      clear: server => void lastUsers.delete(server),
    },
    refreshTokens: () => ({ inCookie: true, load: async () => null, save: vi.fn(), clear: vi.fn() }),
    isIdle: vi.fn(() => false),
    setLocale: vi.fn(),
    openExternal: vi.fn(),
    noticePermission: () => 'granted',
    askForNotices: async () => 'granted',
    notify: vi.fn(),
    closeNotice: vi.fn(),
    setBadge: vi.fn(),
    onOpen: () => () => {},
    onRevived(listener) {
      revived.add(listener)
      return () => revived.delete(listener)
    },
    onOffline(listener) {
      offline.add(listener)
      return () => offline.delete(listener)
    },
    onHidden(listener) {
      hidden.add(listener)
      return () => hidden.delete(listener)
    },
    hide: () => hidden.forEach(listener => listener()),
    goOffline: () => offline.forEach(listener => listener()),
    revive: () => revived.forEach(listener => listener()),
  }
}
