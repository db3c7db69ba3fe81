import type { NoticePermission, Platform } from './platform'
import { watchIdle } from './idle'
import { createLastUser } from './last-user'
import { onPageHidden, onPageOffline, onPageRevived } from './revived'

export function createWebPlatform(): Platform {
  const openers = new Set<(path: string) => void>()
  const notices = new Map<string, Notification>()

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
      notices.set(tag, notification)
      notification.onclick = () => {
        window.focus()
        notification.close()
        openers.forEach(open => open(path))
      }
    },
    closeNotice(tag) {
      notices.get(tag)?.close()
      notices.delete(tag)
    },
    // The badge of a page is its title, which its screens write.
    setBadge: () => {},
    onOpen(listener) {
      openers.add(listener)
      return () => openers.delete(listener)
    },
    onRevived: onPageRevived,
    onOffline: onPageOffline,
    onHidden: onPageHidden,
  }
}

/** Browsers withhold notifications from plain http on other machines, and from some phones. */
function permission(): NoticePermission {
  if (!('Notification' in window) || !window.isSecureContext)
    return 'unsupported'
  return Notification.permission === 'default' ? 'undecided' : Notification.permission
}
