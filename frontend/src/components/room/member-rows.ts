/** Heights on screen, the same as in the styles of the panel and its rows. */
const ROW_PX = 40
const HEAD_PX = 28
const GAP_PX = 8

/** Rows drawn beyond the edges: the arrow keys and a quick wheel find them there. */
const MARGIN = 12

export interface View { top: number, height: number }

/** Where the rows of each section begin, under one another. */
export function startsOf(counts: readonly number[]): number[] {
  let at = 0
  return counts.map((count) => {
    const start = at + HEAD_PX
    at = start + count * ROW_PX + GAP_PX
    return start
  })
}

/** Which rows of a section are drawn, and how high those before and after them would be. */
export function rowsInView(count: number, start: number, { top, height }: View) {
  const within = (row: number) => Math.max(0, Math.min(count, row))
  const from = within(Math.floor((top - start) / ROW_PX) - MARGIN)
  const to = within(Math.ceil((top + height - start) / ROW_PX) + MARGIN)
  return { from, to, before: from * ROW_PX, after: (count - to) * ROW_PX }
}
