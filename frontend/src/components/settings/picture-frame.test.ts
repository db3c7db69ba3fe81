import { expect, it } from 'vitest'
import { frame } from './picture-frame'

const MIDDLE = { x: 0, y: 0 }

it('keeps the middle of a wide picture, as high as it is', () => {
  expect(frame({ width: 400, height: 200 }, 1, MIDDLE)).toEqual({ x: 100, y: 0, side: 200, roomX: 100, roomY: 0 })
})

it('stays inside the picture at every place', () => {
  expect(frame({ width: 400, height: 200 }, 2, { x: 1, y: -1 })).toMatchObject({ x: 300, y: 0, side: 100 })
})
