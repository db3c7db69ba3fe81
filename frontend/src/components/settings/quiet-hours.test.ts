import { expect, it } from 'vitest'
import { AS_DEVICE, goBy } from '@/i18n/zone'
import { isQuiet } from './quiet-hours'

const at = (time: string) => new Date(2026, 10, 23, Number(time.slice(0, 2)), Number(time.slice(3)))
const quiet = (from: string, to: string, times: string[], on = true) => times.map(time => isQuiet({ on, from, to }, at(time)))

it('are those of the night, over midnight', () => {
  expect(quiet('22:00', '08:00', ['21:59', '22:00', '00:00', '07:59', '08:00'])).toEqual([false, true, true, true, false])
})

it('may lie in the day', () => {
  expect(quiet('12:00', '13:30', ['11:59', '12:00', '13:29', '13:30'])).toEqual([false, true, true, false])
})

it('are none unless they are switched on', () => {
  expect(quiet('00:00', '00:00', ['12:00'], false)).toEqual([false])
})

it('go by the clock of the chosen zone', () => {
  const night = { on: true, from: '22:00', to: '08:00' }
  const asked = (zone: string) => {
    goBy(zone)
    return isQuiet(night, new Date('2026-11-23T15:00:00Z'))
  }
  expect([asked('Asia/Shanghai'), asked('Europe/Paris')]).toEqual([true, false])
  goBy(AS_DEVICE)
})
