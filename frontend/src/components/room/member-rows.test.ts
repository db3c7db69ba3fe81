import { describe, expect, it } from 'vitest'
import { rowsInView, startsOf } from './member-rows'

describe('the rows of the members panel', () => {
  it('are all drawn where they are few', () => {
    expect(rowsInView(7, 28, { top: 0, height: 600 })).toEqual({ from: 0, to: 7, before: 0, after: 0 })
  })

  it('are drawn near the screen alone, and take the place of all', () => {
    const [online, offline] = startsOf([100, 400])
    expect([online, offline]).toEqual([28, 28 + 4000 + 8 + 28])
    const { from, to, before, after } = rowsInView(400, offline!, { top: 10_000, height: 600 })
    expect(to - from).toBeLessThan(45)
    expect(before + (to - from) * 40 + after).toBe(16_000)
    expect(offline! + before).toBeLessThan(10_000)
    expect(offline! + to * 40).toBeGreaterThan(10_600)
  })

  it('are none of a section that is far away', () => {
    expect(rowsInView(100, 28, { top: 10_000, height: 600 })).toEqual({ from: 100, to: 100, before: 4000, after: 0 })
    expect(rowsInView(100, 20_000, { top: 0, height: 600 }).to).toBe(0)
  })
})
