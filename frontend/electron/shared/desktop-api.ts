/**
 * What the page may ask of the desktop shell: the contract of both sides, and the only file they share.
 * The preload script exposes exactly this as `window.desktop`; in a browser it is undefined.
 * Every argument is validated again in the main process.
 */

export interface DesktopNotification {
  title: string
  body: string
  /** A later notification with the same tag replaces the earlier one. */
  tag: string
  /** Handed back by `onOpen`, an address inside the client such as `/rooms/7`. */
  path: string
}

export interface DesktopBadge {
  mentions: number
  unread: boolean
}

export interface DesktopApi {
  readonly version: string
  readonly platform: 'linux' | 'darwin' | 'win32'

  /** The address of the chat server, an origin such as `http://localhost:9000`. */
  readonly server: {
    get: () => Promise<string>
    set: (origin: string) => Promise<void>
  }

  /**
   * Refresh tokens, kept encrypted by the main process, one for each account of each server.
   * `save` resolves to false when the system has no keyring: the token then lives in memory until the program ends.
   */
  readonly session: {
    load: (server: string, userId: number) => Promise<string | null>
    save: (server: string, userId: number, refreshToken: string) => Promise<boolean>
    clear: (server: string, userId: number) => Promise<void>
  }

  /** Menus, tray and dialogs speak the language chosen in the page. */
  readonly setLocale: (locale: string) => Promise<void>
  readonly openExternal: (url: string) => Promise<void>
  readonly notify: (notification: DesktopNotification) => Promise<void>
  /** Takes the notification with this tag back: it was read elsewhere. */
  readonly closeNotification: (tag: string) => Promise<void>
  readonly setBadge: (badge: DesktopBadge) => Promise<void>

  /** A clicked notification or a deep link wants this path shown. Returns how to stop listening. */
  readonly onOpen: (listener: (path: string) => void) => () => void
  /** The machine woke up: time to reconnect at once. Returns how to stop listening. */
  readonly onWake: (listener: () => void) => () => void
}

declare global {
  interface Window {
    readonly desktop?: DesktopApi
  }
}

/** The calls above by the names of their channels: from the page, each answered. */
export interface DesktopCalls {
  'server.get': DesktopApi['server']['get']
  'server.set': DesktopApi['server']['set']
  'session.load': DesktopApi['session']['load']
  'session.save': DesktopApi['session']['save']
  'session.clear': DesktopApi['session']['clear']
  'setLocale': DesktopApi['setLocale']
  'openExternal': DesktopApi['openExternal']
  'notify': DesktopApi['notify']
  'closeNotification': DesktopApi['closeNotification']
  'setBadge': DesktopApi['setBadge']
}

/** What the page is told without having asked. */
export interface DesktopNews {
  open: (path: string) => void
  wake: () => void
}
