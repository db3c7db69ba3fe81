import type { Row } from '@/stores/messages'
import { isPending } from '@/stores/messages'

/** Rows drawn on each side of the one that is looked at: the document stays small however long the room is. */
export const RADIUS = 60
/** Rows below which the view comes close to the edge of what is drawn; downwards a whole view must still fit. */
const MARGIN = { above: 20, below: 50 }

export interface Span { start: number, end: number }

/** Which rows to draw around `pivot`, a seq; without one, the newest. */
export function windowAround(rows: Row[], pivot: number | null): Span {
  const at = pivot === null ? rows.length : indexOfSeq(rows, pivot)
  return { start: Math.max(0, at - RADIUS), end: Math.min(rows.length, at + RADIUS) }
}

/** True when the row at the top of the view has come too close to an edge behind which there is more. */
export function leavesWindow(rows: Row[], { start, end }: Span, topSeq: number): boolean {
  const at = indexOfSeq(rows, topSeq)
  return (at - start < MARGIN.above && start > 0) || (end - at < MARGIN.below && end < rows.length)
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
