import type { Locale } from './index'
import { wallClock, zoneOption } from './zone'

const HOUR: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const formats = new Map<string, Intl.DateTimeFormat>()

/** Building an Intl format costs more than using it a thousand times. */
function format(locale: Locale, shape: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const options = { ...shape, ...zoneOption() }
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found)
    formats.set(key, found = new Intl.DateTimeFormat(locale, options))
  return found
}

/** The calendar day of the reader, as a number that compares and subtracts. */
export function dayNumber(time: Date): number {
  return Math.floor(wallClock(time).getTime() / 86_400_000)
}

const sameYear = (a: Date, b: Date) => wallClock(a).getUTCFullYear() === wallClock(b).getUTCFullYear()

export const timeOfDay = (time: Date, locale: Locale) => format(locale, HOUR).format(time)

export const fullTime = (time: Date, locale: Locale) =>
  format(locale, { dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' }).format(time)

const UNITS = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]] as const

/** Intl writes 10分钟; every other number in these texts stands free. */
const spaced = (text: string) => text.replace(/(\d)(?=\p{Script=Han})/gu, '$1 ')

/** 10 分钟, 8 小时, 7 天: the largest unit that leaves no rest. */
export function span(seconds: number, locale: Locale): string {
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0)!
  return spaced(new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size))
}

/** How long ago, in the largest unit that is full: 3 分钟前, yesterday. */
export function ago(time: Date, locale: Locale, now = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - time.getTime()) / 1000)
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['second', 1]
  return spaced(new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit))
}

/** 今天, 昨天, 11月20日 星期五, 2025年11月20日. */
export function dayName(time: Date, locale: Locale, now = new Date()): string {
  const ago = dayNumber(now) - dayNumber(time)
  if (ago === 0 || ago === 1)
    return relativeDay(ago, locale)
  return sameYear(time, now)
    ? format(locale, { month: 'long', day: 'numeric', weekday: 'long' }).format(time)
    : format(locale, { year: 'numeric', month: 'long', day: 'numeric' }).format(time)
}

/** A day and a time of it, as short as can be: 18:30, 11月30日 18:30. */
export function moment(time: Date, locale: Locale, now = new Date()): string {
  if (dayNumber(now) === dayNumber(time))
    return timeOfDay(time, locale)
  const year = sameYear(time, now) ? {} : { year: 'numeric' } as const
  return format(locale, { ...year, month: 'short', day: 'numeric', ...HOUR }).format(time)
}

/** What fits into a row of the list: 14:32, 昨天, 周四, 11月3日, 2025/11/3. */
export function shortTime(time: Date, locale: Locale, now = new Date()): string {
  const ago = dayNumber(now) - dayNumber(time)
  if (ago <= 0)
    return timeOfDay(time, locale)
  if (ago === 1)
    return relativeDay(1, locale)
  if (ago < 7)
    return format(locale, { weekday: 'short' }).format(time)
  return sameYear(time, now)
    ? format(locale, { month: 'short', day: 'numeric' }).format(time)
    : format(locale, { year: 'numeric', month: 'numeric', day: 'numeric' }).format(time)
}

function relativeDay(ago: number, locale: Locale): string {
  const word = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-ago, 'day')
  return word.charAt(0).toUpperCase() + word.slice(1)
}
