// @vitest-environment node
import { expect, it } from 'vitest'
import { isWindowState, openingArea, SMALLEST } from './window-state'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const left = { x: 100, y: 50, width: 900, height: 700, maximized: false }

it('opens where it was left', () => {
  expect(openingArea(left, [screen])).toEqual({ x: 100, y: 50, width: 900, height: 700 })
})

it('opens in the middle the first time', () => {
  expect(openingArea(null, [screen])).toEqual({ width: 1180, height: 780 })
})

it.each([
  ['to the right', { ...left, x: 1900 }],
  ['to the left', { ...left, x: -850 }],
  ['above', { ...left, y: -10 }],
  ['below', { ...left, y: 1070 }],
])('comes back to the middle when its screen is gone: %s', (_where, lost) => {
  expect(openingArea(lost, [screen])).toEqual({ width: 900, height: 700 })
})

it('keeps its place on a second screen', () => {
  expect(openingArea({ ...left, x: 2000 }, [screen, { ...screen, x: 1920 }])).toMatchObject({ x: 2000 })
})

it('is never smaller than what the client can be used in', () => {
  expect(openingArea({ ...left, width: 10, height: 10 }, [screen])).toMatchObject(SMALLEST)
})

it('tells a state from anything else', () => {
  expect(isWindowState(left)).toBe(true)
  for (const wrong of [null, {}, { ...left, x: '1' }, { ...left, width: 1.5 }, { ...left, maximized: 1 }])
    expect(isWindowState(wrong)).toBe(false)
})
