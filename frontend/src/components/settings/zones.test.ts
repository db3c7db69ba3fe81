import { expect, it } from 'vitest'
import { describe, matchesZone, offsetOf, zones } from './zones'

const WINTER = new Date(Date.UTC(2026, 0, 15))
const found = (typed: string, locale: 'zh-CN' | 'en') => zones().map(zone => describe(zone, locale, WINTER)).filter(zone => matchesZone(zone, typed)).map(({ id }) => id)

it('a zone is found by its place, its name in the language, and its distance', () => {
  expect(found('shang', 'en')).toEqual(['Asia/Shanghai'])
  expect(found('new york', 'en')).toEqual(['America/New_York'])
  expect(found('america/new_york', 'en')).toEqual(['America/New_York'])
  expect([found('beijing', 'en'), found('北京', 'zh-CN')]).toEqual([['Asia/Shanghai'], ['Asia/Shanghai']])
  expect(found('kathmandu', 'en')).toEqual(['Asia/Katmandu'])
  expect(found('中国', 'zh-CN')).toContain('Asia/Shanghai')
  expect(found('utc+5:45', 'en')).toEqual(['Asia/Katmandu'])
})

it('says how far it is from UTC', () => {
  expect(['Asia/Shanghai', 'Asia/Kolkata', 'America/New_York', 'Etc/UTC'].map(id => offsetOf(id, WINTER)))
    .toEqual(['UTC+8', 'UTC+5:30', 'UTC-5', 'UTC+0'])
})

it('offers UTC under the name that is not the default', () => {
  expect(found('utc', 'en')).toContain('Etc/UTC')
  expect(found('', 'en')).not.toContain('UTC')
})

it('a place is found before Intl was asked for the rest', () => {
  expect(zones().filter(zone => matchesZone(zone, 'beijing')).map(({ id, offset }) => [id, offset])).toEqual([['Asia/Shanghai', '']])
})
