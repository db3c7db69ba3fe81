import type { Membership, NotifyLevel } from '@/api/types'

/** How loud a room is now: a mute with an end is over after it, also before anybody says so. */
export function notifyLevel(membership: Pick<Membership, 'notify' | 'notify_until'> | null, now: Date): NotifyLevel {
  if (membership === null)
    return 'all'
  const { notify, notify_until } = membership
  return notify_until !== null && new Date(notify_until) <= now ? 'all' : notify
}
