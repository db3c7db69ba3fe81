import type { DesktopNotification } from '../shared/desktop-api'
import { Notification } from 'electron'

/** Shows one notification for each tag; `onClick` gets the path of the one that was clicked. */
export function createNotifications(onClick: (path: string) => void) {
  const shown = new Map<string, Notification>()

  return {
    show({ title, body, tag, path }: DesktopNotification): void {
      shown.get(tag)?.close()
      const notification = new Notification({ title, body })
      notification.on('click', () => onClick(path))
      notification.on('close', () => shown.get(tag) === notification && shown.delete(tag))
      // Held on to: a collected notification no longer hears its click.
      shown.set(tag, notification)
      notification.show()
    },
    close: (tag: string): void => shown.get(tag)?.close(),
  }
}
