import { describe, expect, it } from 'vitest'
import { dayName, dayNumber, shortTime } from './dates'

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
