import type { DesktopBadge } from '../shared/desktop-api'

const SHOWN_AT_MOST = 99

/** Before the window's title, where every system shows it: the count of mentions, or a dot for anything unread. */
export function titleWith({ mentions, unread }: DesktopBadge, title: string): string {
  if (mentions > 0)
    return `(${mentions > SHOWN_AT_MOST ? `${SHOWN_AT_MOST}+` : mentions}) ${title}`
  return unread ? `• ${title}` : title
}
