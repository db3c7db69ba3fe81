/**
 * Rows in the order that they had, those that are new before them: a list must not move under a pointer.
 * Without an order to keep, as they come.
 */
export function settledOrder<Row extends { id: number }>(rows: readonly Row[], kept: number[] | null): readonly Row[] {
  if (!kept)
    return rows
  const place = new Map(kept.map((id, index) => [id, index]))
  return rows.toSorted((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1))
}
