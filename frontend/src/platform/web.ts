import type { NoticePermission, Platform } from './platform'
import { watchIdle } from './idle'
import { createLastUser } from './last-user'
import { onPageOffline, onPageRevived } from './revived'

export function createWebPlatform(): Platform {
  const openers = new Set<(path: string) => void>()

  return {
    kind: 'web',
    server: {
      isEditable: false,
      load: async () => location.origin,
      save: async () => { throw new Error('A page belongs to the server that it came from.') },
    },
    lastUser: createLastUser(),
    refreshTokens: () => ({
      inCookie: true,
      load: async () => null,
      save: async () => {},
      clear: async () => {},
    }),
    isIdle: watchIdle(),
    setLocale: () => {},
    openExternal: url => void window.open(url, '_blank', 'noopener,noreferrer'),
    noticePermission: permission,
    askForNotices: async () => {
      if (permission() === 'undecided')
        await Notification.requestPermission()
      return permission()
    },
    notify({ title, body, tag, path }) {
      if (permission() !== 'granted')
        return
      const notification = new Notification(title, { body, tag })
      notification.onclick = () => {
        window.focus()
        openers.forEach(open => open(path))
      }
    },
    // The badge of a page is its title, which its screens write.
    setBadge: () => {},
    onOpen(listener) {
      openers.add(listener)
      return () => openers.delete(listener)
    },
    onRevived: onPageRevived,
    onOffline: onPageOffline,
  }
}

/** Browsers withhold notifications from plain http on other machines, and from some phones. */
function permission(): NoticePermission {
  if (!('Notification' in window) || !window.isSecureContext)
    return 'unsupported'
  return Notification.permission === 'default' ? 'undecided' : Notification.permission
}
