/** Whole numbers, both ends included. */
export interface Range {
  from: number
  to: number
}

/** Adds a range to ascending ones that neither overlap nor touch, and keeps them so. */
export function addRange(ranges: readonly Range[], added: Range): Range[] {
  const below = ranges.filter(range => range.to < added.from - 1)
  const above = ranges.filter(range => range.from > added.to + 1)
  const touched = ranges.slice(below.length, ranges.length - above.length)
  const from = Math.min(added.from, touched[0]?.from ?? added.from)
  const to = Math.max(added.to, touched.at(-1)?.to ?? added.to)
  return [...below, { from, to }, ...above]
}

export function rangeAround(ranges: readonly Range[], place: number): Range | null {
  return ranges.find(({ from, to }) => from <= place && place <= to) ?? null
}
