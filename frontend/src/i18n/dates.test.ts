import { afterEach, describe, expect, it } from 'vitest'
import { ago, dayName, dayNumber, moment, shortTime, span } from './dates'
import { AS_DEVICE, goBy, momentOf, wallClock } from './zone'

const now = new Date(2026, 10, 23, 15, 0)
const today = new Date(2026, 10, 23, 0, 1)
const yesterday = new Date(2026, 10, 22, 23, 59)
const friday = new Date(2026, 10, 20, 9, 5)
const lastYear = new Date(2025, 10, 3, 9, 5)

describe('days and times', () => {
  it('counts calendar days, not spans of 24 hours', () => {
    expect(dayNumber(today) - dayNumber(yesterday)).toBe(1)
  })

  it('names days the way people do', () => {
    expect([today, yesterday, friday, lastYear].map(day => dayName(day, 'zh-CN', now)))
      .toEqual(['今天', '昨天', '11月20日星期五', '2025年11月3日'])
    expect([today, yesterday, friday, lastYear].map(day => dayName(day, 'en', now)))
      .toEqual(['Today', 'Yesterday', 'Friday, November 20', 'November 3, 2025'])
  })

  it('fits a row of the list', () => {
    expect([today, yesterday, friday, lastYear].map(day => shortTime(day, 'zh-CN', now)))
      .toEqual(['00:01', '昨天', '周五', '2025/11/3'])
  })

  it('writes the 24 hour clock in both languages', () => {
    expect(shortTime(new Date(2026, 10, 23, 14, 5), 'en', now)).toBe('14:05')
  })
})

describe('spans', () => {
  it('are told in the largest unit that leaves no rest', () => {
    expect([30, 600, 3600, 5400, 86_400 * 7].map(seconds => span(seconds, 'zh-CN'))).toEqual(['30 秒钟', '10 分钟', '1 小时', '90 分钟', '7 天'])
    expect(span(3600, 'en')).toBe('1 hour')
  })

  it('ago are told in the largest unit that is full', () => {
    const before = (seconds: number) => ago(new Date(now.getTime() - seconds * 1000), 'en', now)
    expect([0, 61, 7300, 90_000].map(before)).toEqual(['now', '1 minute ago', '2 hours ago', 'yesterday'])
  })
})

it('a moment names its day unless it is today', () => {
  expect([today, friday, lastYear].map(day => moment(day, 'zh-CN', now))).toEqual(['00:01', '11月20日 09:05', '2025年11月3日 09:05'])
})

describe('by the clock of a chosen zone', () => {
  afterEach(() => goBy(AS_DEVICE))
  const at = new Date('2026-11-23T23:30:00Z')
  const now = new Date('2026-11-24T16:30:00Z')

  it('days and times are those of its people', () => {
    goBy('Asia/Shanghai')
    expect([shortTime(at, 'en', now), dayName(at, 'en', now), moment(now, 'en', at)]).toEqual(['Yesterday', 'Yesterday', 'Nov 25, 00:30'])
    goBy('America/Los_Angeles')
    expect([shortTime(at, 'en', at), dayName(new Date('2026-01-01T07:59:00Z'), 'en', now)]).toEqual(['15:30', 'December 31, 2025'])
  })

  it('a day of its calendar begins at its midnight, also where the clock is changed', () => {
    goBy('Europe/Berlin')
    expect(['2026-03-29', '2026-03-30', '2026-10-25', '2026-10-26'].map(day => momentOf(Date.parse(`${day}T00:00Z`)).toISOString()))
      .toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
    expect(wallClock(new Date('2026-03-29T01:00:00Z')).toISOString()).toBe('2026-03-29T03:00:00.000Z')
  })

  it('the device\'s own counts where none is chosen, or one that this browser does not know', () => {
    const device = shortTime(at, 'en', at)
    goBy('Mars/Olympus')
    expect(shortTime(at, 'en', at)).toBe(device)
  })
})
