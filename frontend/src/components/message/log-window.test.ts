import type { Row } from '@/stores/messages'
import { describe, expect, it } from 'vitest'
import { indexOfSeq, leavesWindow, RADIUS, windowAround } from './log-window'

const rows = Array.from({ length: 1000 }, (_, index) => ({ seq: index + 501 })) as Row[]
const unsent = { state: 'queued' } as Row

describe('the part of a room that is drawn', () => {
  it('is the newest without a place to look at', () => {
    expect(windowAround(rows, null)).toEqual({ start: 1000 - RADIUS, end: 1000 })
  })

  it('lies around the place that is looked at, however many rows come before it', () => {
    const { start, end } = windowAround(rows, 1001)
    expect([start, end]).toEqual([500 - RADIUS, 500 + RADIUS])
    const older = Array.from({ length: 50 }, (_, index) => ({ seq: index + 451 })) as Row[]
    const shifted = windowAround([...older, ...rows], 1001)
    expect([shifted.start, shifted.end]).toEqual([start + 50, end + 50])
  })

  it('ends with what is not sent yet', () => {
    expect(indexOfSeq([...rows, unsent], 9999)).toBe(1000)
    expect(windowAround([...rows, unsent], null).end).toBe(1001)
  })

  it('moves before its edge comes into view, and rests at the ends of the room', () => {
    const span = windowAround(rows, 1001)
    expect(leavesWindow(rows, span, 1001)).toBe(false)
    expect(leavesWindow(rows, span, 1001 - RADIUS + 5)).toBe(true)
    expect(leavesWindow(rows, span, 1001 + RADIUS - 5)).toBe(true)
    expect(leavesWindow(rows, windowAround(rows, 501), 501)).toBe(false)
    expect(leavesWindow(rows, windowAround(rows, null), 1495)).toBe(false)
  })
})
