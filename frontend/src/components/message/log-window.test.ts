import type { Row } from '@/stores/messages'
import { describe, expect, it } from 'vitest'
import { indexOfSeq, leavesWindow, rowsThatFit, windowAround } from './log-window'

const rows = Array.from({ length: 1000 }, (_, index) => ({ seq: index + 501 })) as Row[]
const FIT = 40
const unsent = { state: 'queued' } as Row

describe('the part of a room that is drawn', () => {
  it('is the newest without a place to look at', () => {
    const { start, end } = windowAround(rows, null, FIT)
    expect(end).toBe(1000)
    expect(end - start).toBeGreaterThan(FIT)
  })

  it('lies around the place that is looked at, however many rows come before it', () => {
    const { start, end } = windowAround(rows, 1001, FIT)
    expect(start).toBeLessThan(500 - 20)
    expect(end).toBeGreaterThan(500 + FIT)
    const older = Array.from({ length: 50 }, (_, index) => ({ seq: index + 451 })) as Row[]
    const shifted = windowAround([...older, ...rows], 1001, FIT)
    expect([shifted.start, shifted.end]).toEqual([start + 50, end + 50])
  })

  it('ends with what is not sent yet', () => {
    expect(indexOfSeq([...rows, unsent], 9999)).toBe(1000)
    expect(windowAround([...rows, unsent], null, FIT).end).toBe(1001)
  })

  it('moves before its edge comes into view, and rests at the ends of the room', () => {
    const span = windowAround(rows, 1001, FIT)
    const leaves = (seq: number) => leavesWindow(rows, span, seq, FIT)
    expect(leaves(1001)).toBe(false)
    expect(leaves(span.start + 506)).toBe(true)
    expect(leaves(span.end - FIT + 502)).toBe(true)
    expect(leavesWindow(rows, windowAround(rows, 501, FIT), 501, FIT)).toBe(false)
    expect(leavesWindow(rows, windowAround(rows, null, FIT), 1495, FIT)).toBe(false)
  })

  it('is larger on a taller screen', () => {
    const drawn = [600, 2160].map(height => windowAround(rows, 1001, rowsThatFit(height))).map(({ start, end }) => end - start)
    expect(drawn[0]).toBeLessThan(80)
    expect(drawn[1]! * 22).toBeGreaterThan(2160)
  })
})
