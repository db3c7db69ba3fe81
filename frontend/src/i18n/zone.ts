import { shallowRef } from 'vue'

/** What every profile begins with: the clock of the device. Who wants UTC itself chooses Etc/UTC. */
export const AS_DEVICE = 'UTC'

const QUARTER_MS = 900_000
/** By whose clock times are shown; null is the device's. */
const zone = shallowRef<string | null>(null)
let clock: Intl.DateTimeFormat | undefined
/** Days are asked for row by row; no zone changes its offset within a quarter of an hour. */
const offsets = new Map<number, number>()

/** From here on times are told by the clock of this zone, also to who has them on screen. */
export function goBy(chosen: string): void {
  const known = chosen === AS_DEVICE ? undefined : clockOf(chosen)
  offsets.clear()
  clock = known
  zone.value = known ? chosen : null
}

/** For Intl: nothing where the device's own clock counts. */
export const zoneOption = () => zone.value === null ? {} : { timeZone: zone.value }

/** What the clock shows then, read with the UTC getters. */
export const wallClock = (time: Date) => new Date(time.getTime() + offsetAt(time))

/** When the clock shows this, given as if it were UTC. An hour that the clock leaves out is the one after it. */
export function momentOf(wall: number): Date {
  const guess = new Date(wall - offsetAt(new Date(wall)))
  return new Date(wall - offsetAt(guess))
}

/** In milliseconds, how far the clock is ahead of UTC at that time. */
function offsetAt(time: Date): number {
  if (zone.value === null)
    return -time.getTimezoneOffset() * 60_000
  const quarter = Math.floor(time.getTime() / QUARTER_MS)
  let offset = offsets.get(quarter)
  if (offset === undefined)
    offsets.set(quarter, offset = read(clock!, quarter * QUARTER_MS) - quarter * QUARTER_MS)
  return offset
}

function read(clock: Intl.DateTimeFormat, time: number): number {
  const part = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second)
}

/** A zone that this browser does not know, because the server's list is newer, is none. */
function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
  }
  catch {
    return undefined
  }
}
