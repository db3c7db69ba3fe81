import { momentOf, wallClock } from '@/i18n/zone'

const HOUR_OF_MORNING = 8

/** Eight o'clock tomorrow, where this person is. */
export function morning(now = new Date()): string {
  const today = wallClock(now)
  return momentOf(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1, HOUR_OF_MORNING)).toISOString()
}
