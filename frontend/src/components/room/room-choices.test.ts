import { expect, it } from 'vitest'
import { aMembership } from '@/testing/samples'
import { morning } from './mute-end'
import { notifyLevel } from './notify-level'
import { atLeast, inSeconds, isForever } from './settings/room-choices'

const NOON = new Date(2026, 10, 23, 12)

it('keeps what was set by other means among the choices, in order', () => {
  expect([atLeast([0, 5, 10], 7), atLeast([0, 5], 5)]).toEqual([[0, 5, 7, 10], [0, 5]])
})

it('an end of "for good" is a century away, and known as such', () => {
  expect(isForever(inSeconds(null))).toBe(true)
  expect(isForever(inSeconds(365 * 86_400))).toBe(false)
})

it('tomorrow begins at eight', () => {
  expect(morning(NOON)).toBe(new Date(2026, 10, 24, 8).toISOString())
})

it('a mute is over at its end', () => {
  const muted = (notify_until: Date | null) => notifyLevel(aMembership({ notify: 'none', notify_until: notify_until?.toISOString() ?? null }), NOON)
  expect([muted(null), muted(new Date(2026, 10, 23, 13)), muted(NOON)]).toEqual(['none', 'none', 'all'])
})
