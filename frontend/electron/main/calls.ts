import type { Handlers } from './ipc'
import type { Sessions } from './sessions'
import type { SettingsFile } from './settings'
import type { Locale } from './texts'
import type { ChatWindow } from './window'
import { app, shell } from 'electron'
import * as checked from './arguments'
import { createNotifications } from './notifications'

export interface Shell {
  settings: SettingsFile
  sessions: Sessions
  window: ChatWindow
  setLocale: (locale: Locale) => void
}

/** What the page may ask for, each answered by whoever knows. */
export function createCalls({ settings, sessions, window, setLocale }: Shell): Handlers {
  const notifications = createNotifications(path => window.show(path))
  return {
    'server.get': () => settings.read().server,
    'server.set': server => settings.change({ server: checked.server(server) }),
    'session.load': (server, userId) => sessions.load(checked.server(server), checked.userId(userId)),
    'session.save': (server, userId, token) =>
      sessions.save(checked.server(server), checked.userId(userId), checked.token(token)),
    'session.clear': (server, userId) => sessions.clear(checked.server(server), checked.userId(userId)),
    'setLocale': locale => setLocale(checked.locale(locale)),
    'openExternal': url => shell.openExternal(checked.externalUrl(url)),
    'notify': notification => notifications.show(checked.notification(notification)),
    'closeNotification': tag => notifications.close(checked.tag(tag)),
    // On the program's icon, where the system can show it; the title is the page's own.
    'setBadge': badge => void app.setBadgeCount(checked.badge(badge).mentions),
  }
}
