import type { DesktopApi } from '../../electron/shared/desktop-api'
import type { Platform } from './platform'
import { watchIdle } from './idle'
import { createLastUser } from './last-user'
import { onPageHidden, onPageOffline, onPageRevived } from './revived'

export function createDesktopPlatform(desktop: DesktopApi): Platform {
  return {
    kind: 'desktop',
    server: {
      isEditable: true,
      load: desktop.server.get,
      save: desktop.server.set,
    },
    lastUser: createLastUser(),
    refreshTokens: (server, userId) => ({
      inCookie: false,
      load: () => desktop.session.load(server, userId),
      save: async (token) => { await desktop.session.save(server, userId, token) },
      clear: () => desktop.session.clear(server, userId),
    }),
    isIdle: watchIdle(),
    setLocale: locale => void desktop.setLocale(locale),
    openExternal: url => void desktop.openExternal(url),
    noticePermission: () => 'granted',
    askForNotices: async () => 'granted',
    notify: notice => void desktop.notify(notice),
    closeNotice: tag => void desktop.closeNotification(tag),
    setBadge: badge => void desktop.setBadge(badge),
    onOpen: listener => desktop.onOpen(listener),
    onRevived(listener) {
      const stops = [onPageRevived(listener), desktop.onWake(listener)]
      return () => stops.forEach(stop => stop())
    },
    onOffline: onPageOffline,
    onHidden: onPageHidden,
  }
}
