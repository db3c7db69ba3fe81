import type { Message } from '@/api/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aMessage } from '@/testing/samples'
import { addRange } from './ranges'
import { Timeline } from './timeline'

function aTimeline(...seqs: number[]): Timeline {
  const timeline = new Timeline()
  seqs.forEach(seq => timeline.upsert(aMessage(seq)))
  return timeline
}

function aPage(from: number, to: number, { has_before = true, has_after = true } = {}) {
  const results = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => aMessage(from + index))
  return { results, has_before, has_after }
}

describe('ranges', () => {
  it('are the runs of all numbers added, in any order', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(60), fc.nat(5))), (added) => {
      const ranges = added.reduce<readonly { from: number, to: number }[]>(
        (known, [from, more]) => addRange(known, { from, to: from + more }),
        [],
      )
      const held = new Set(added.flatMap(([from, more]) => Array.from({ length: more + 1 }, (_, index) => from + index)))
      expect(ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)))
        .toEqual([...held].sort((a, b) => a - b))
      expect(ranges.every((range, index) => index === 0 || ranges[index - 1]!.to < range.from - 1)).toBe(true)
    }))
  })
})

describe('a timeline', () => {
  it('keeps the highest version of each message, whatever came first or twice', () => {
    const row = fc.record({ seq: fc.integer({ min: 1, max: 20 }), version: fc.integer({ min: 1, max: 50 }) })
    fc.assert(fc.property(fc.array(row), (rows) => {
      const timeline = new Timeline()
      rows.forEach(({ seq, version }) => timeline.upsert(aMessage(seq, { version })))
      for (const seq of new Set(rows.map(row => row.seq))) {
        const versions = rows.filter(row => row.seq === seq).map(row => row.version)
        expect(timeline.rows.get(seq)?.version).toBe(Math.max(...versions))
      }
    }))
  })

  it('shows the same as its rows, after every step', () => {
    const step = fc.record({
      seq: fc.integer({ min: 1, max: 20 }),
      version: fc.integer({ min: 1, max: 50 }),
      anchor: fc.option(fc.integer({ min: 1, max: 20 })),
      gap: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(step), (steps) => {
      const timeline = new Timeline()
      for (const { seq, version, anchor, gap } of steps) {
        if (gap)
          timeline.insertPage({ ...aPage(seq, seq), has_after: true }, { after: seq - 2 })
        timeline.upsert(aMessage(seq, { version }))
        timeline.anchor = anchor ?? timeline.anchor
        const { window, shown } = timeline
        const expected = window === null ? [] : timeline.between(window.from, window.to)
        expect(shown).toEqual(expected)
        expect(timeline.shown).toBe(shown)
      }
    }))
  })

  it('says whether a message told it anything new', () => {
    const timeline = aTimeline(1)
    expect(timeline.upsert(aMessage(1))).toBe(false)
    expect(timeline.upsert(aMessage(1, { version: 9 }))).toBe(true)
    expect(timeline.upsert(aMessage(1, { version: 8 }))).toBe(false)
  })

  it('shows the run around the place that is read, and what lies beyond', () => {
    const timeline = aTimeline(3, 4, 5, 9)
    timeline.anchor = 4
    expect(timeline.window).toEqual({ from: 3, to: 5 })
    expect([timeline.hasBefore, timeline.hasAfter]).toEqual([true, true])
    aPage(6, 8).results.forEach(message => timeline.upsert(message))
    expect(timeline.window).toEqual({ from: 3, to: 9 })
    expect(timeline.hasAfter).toBe(false)
  })

  it('knows the beginning of the room from a page', () => {
    const timeline = aTimeline(3, 4)
    timeline.anchor = 4
    timeline.insertPage(aPage(2, 2, { has_before: false }), { before: 3 })
    expect(timeline.hasBefore).toBe(false)
  })

  it('knows the beginning of the room from an empty page', () => {
    const timeline = aTimeline(3, 4)
    timeline.anchor = 4
    timeline.insertPage(aPage(1, 0, { has_before: false }), { before: 3 })
    expect(timeline.hasBefore).toBe(false)
  })

  it('takes a page for complete up to the bound that was asked for', () => {
    const timeline = aTimeline(10)
    timeline.anchor = 10
    timeline.insertPage({ results: [aMessage(4), aMessage(7)], has_before: true, has_after: true }, { before: 10 })
    expect(timeline.window).toEqual({ from: 4, to: 10 })
  })

  it('shows a row once when a page before it left one out', () => {
    const timeline = aTimeline(11)
    timeline.anchor = 11
    expect(timeline.shown.map(({ seq }) => seq)).toEqual([11])
    timeline.insertPage({ results: [aMessage(13)], has_before: true, has_after: false }, { after: 11 })
    expect(timeline.shown.map(({ seq }) => seq)).toEqual([11, 13])
  })

  it('blanks the excerpts of a recalled message, held before or arriving later', () => {
    const quote = (seq: number): Message => {
      const reply_to = { id: 1001, seq: 1, sender: null, excerpt: 'secret' }
      return aMessage(seq, { reply_to })
    }
    const timeline = new Timeline()
    timeline.upsert(quote(2))
    timeline.upsert(aMessage(1, { content: '', recalled_at: '2026-01-01T12:00:00Z' }))
    timeline.upsert(quote(3))
    expect(timeline.between(2, 3).map(message => message.reply_to?.excerpt)).toEqual(['', ''])
  })

  it('drops what is deleted for good, with what quotes of it said, and takes none of it back', () => {
    const quoting = aMessage(5, { reply_to: { id: 1002, seq: 2, sender: null, excerpt: 'secret' } })
    const timeline = aTimeline(2, 3, 4)
    timeline.upsert(quoting)
    timeline.anchor = 2
    expect(timeline.deleteBefore(4)).toBe(true)
    expect(timeline.shown.map(({ seq, reply_to }) => [seq, reply_to?.excerpt])).toEqual([[4, undefined], [5, '']])
    expect(timeline.hasBefore).toBe(false)
    timeline.upsert(aMessage(3))
    timeline.upsert({ ...quoting, version: quoting.version + 1 })
    expect(timeline.shown.map(({ seq, reply_to }) => [seq, reply_to?.seq])).toEqual([[4, undefined], [5, 0]])
    expect(timeline.deleteBefore(4)).toBe(false)
  })

  it('answers whether it holds a stretch without a gap', () => {
    const timeline = aTimeline(3, 4, 6)
    expect(timeline.holds(3, 4)).toBe(true)
    expect(timeline.holds(3, 6)).toBe(false)
    expect(timeline.holds(2, 3)).toBe(false)
    expect(timeline.holds(7, 6)).toBe(true)
  })
})
