import type { RefreshTokens } from '@/api/tokens'

export interface Notice {
  title: string
  body: string
  /** A later notice with the same tag replaces the earlier one. */
  tag: string
  /** Shown when it is clicked: an address inside the client such as `/rooms/7`. */
  path: string
}

export interface Badge {
  mentions: number
  unread: boolean
}

export type NoticePermission = 'granted' | 'denied' | 'undecided' | 'unsupported'

/** What differs between the browser and the desktop shell. */
export interface Platform {
  readonly kind: 'web' | 'desktop'
  readonly server: {
    /** The page of a browser belongs to the server that it came from. */
    readonly isEditable: boolean
    load: () => Promise<string>
    save: (origin: string) => Promise<void>
  }
  /** Who was signed in last on this device; nothing secret. */
  readonly lastUser: {
    load: (server: string) => number | null
    save: (server: string, userId: number) => void
    clear: (server: string) => void
  }
  refreshTokens: (server: string, userId: number) => RefreshTokens
  /** Nobody has touched this device for a while. */
  isIdle: () => boolean
  setLocale: (locale: string) => void
  openExternal: (url: string) => void
  noticePermission: () => NoticePermission
  askForNotices: () => Promise<NoticePermission>
  notify: (notice: Notice) => void
  /** Takes the notice with this tag back: it was read. */
  closeNotice: (tag: string) => void
  setBadge: (badge: Badge) => void
  /** A clicked notice or a deep link. Returns how to stop listening. */
  onOpen: (listener: (path: string) => void) => () => void
  /** The way to the server may have come back: back online, woken up, looked at again. */
  onRevived: (listener: () => void) => () => void
  /** This device has no network any more. */
  onOffline: (listener: () => void) => () => void
  /** This page is looked at no more, and may be about to end. */
  onHidden: (listener: () => void) => () => void
}
