const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const SLOW_SECONDS = [0, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR]
export const WINDOW_SECONDS = [2 * MINUTE, 10 * MINUTE, HOUR, DAY, 7 * DAY]
export const MUTE_SECONDS = [10 * MINUTE, HOUR, 8 * HOUR, DAY, 7 * DAY, null]
export const BAN_SECONDS = [HOUR, DAY, 7 * DAY, 30 * DAY, null]
export const LINK_SECONDS = [null, HOUR, DAY, 7 * DAY, 30 * DAY]
export const LINK_USES = [null, 1, 10, 100]
export const KEEP_DAYS = [7, 30, 90, 180, 365, 730]

/** A mute has no "for good" on the wire: a century does. */
const FOREVER_SECONDS = 100 * 365 * DAY

/** The choices, and what was set by other means. */
export function atLeast(choices: readonly number[], current: number): number[] {
  return choices.includes(current) ? [...choices] : [...choices, current].sort((a, b) => a - b)
}

export const inSeconds = (seconds: number | null, now = Date.now()) =>
  new Date(now + (seconds ?? FOREVER_SECONDS) * 1000).toISOString()

export const isForever = (until: string, now = Date.now()) => Date.parse(until) - now > FOREVER_SECONDS * 500
