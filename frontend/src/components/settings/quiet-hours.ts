import { wallClock } from '@/i18n/zone'

export interface QuietHours { on: boolean, from: string, to: string }

export const USUAL_QUIET: QuietHours = { on: false, from: '22:00', to: '08:00' }

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Also over midnight. From a time to the same time is the whole day. */
export function isQuiet({ on, from, to }: QuietHours, now: Date): boolean {
  const clock = wallClock(now)
  const [start, end, at] = [minutes(from), minutes(to), clock.getUTCHours() * 60 + clock.getUTCMinutes()]
  return on && (start < end ? at >= start && at < end : at >= start || at < end)
}
