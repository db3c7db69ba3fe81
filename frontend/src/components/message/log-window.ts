import type { Row } from '@/stores/messages'
import { isPending } from '@/stores/messages'

/** No row is lower, in pixels. */
const ROW_HEIGHT = 22
/** Rows above the one at the top of the view that are drawn, and how few of them may be left. */
const ABOVE = { drawn: 34, least: 20 }
/** Rows that are drawn below what the view can hold. */
const BEYOND = 10

export interface Span { start: number, end: number }

/** -> rows that a view of this height in pixels can hold */
export const rowsThatFit = (height: number) => Math.ceil(height / ROW_HEIGHT)

/**
 * Which rows to draw around `pivot`, a seq; without one, the newest. They are few however long the room is, and more
 * than `fit` in the view.
 */
export function windowAround(rows: Row[], pivot: number | null, fit: number): Span {
  const below = fit + BEYOND
  const top = pivot === null ? rows.length - below + ABOVE.drawn : indexOfSeq(rows, pivot)
  return { start: Math.max(0, top - ABOVE.drawn), end: Math.min(rows.length, top + below) }
}

/** True when the row at the top of the view has come too close to an edge behind which there is more. */
export function leavesWindow(rows: Row[], { start, end }: Span, topSeq: number, fit: number): boolean {
  const at = indexOfSeq(rows, topSeq)
  return (at - start < ABOVE.least && start > 0) || (end - at < fit && end < rows.length)
}

/** The first row at or past a seq. Stored rows ascend; what is not stored yet stands behind them. */
export function indexOfSeq(rows: Row[], seq: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]!
    if (isPending(row) || row.seq >= seq)
      high = middle
    else
      low = middle + 1
  }
  return low
}
