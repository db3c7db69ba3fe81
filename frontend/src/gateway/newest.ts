/** The newest `most` of what was added: enough to know again what may still come back, and never more. */
export function createNewest<Value>(most: number) {
  const kept = new Set<Value>()

  return {
    has: (value: Value) => kept.has(value),
    get size() {
      return kept.size
    },
    /** What is added again is new again. */
    add(value: Value) {
      kept.delete(value)
      kept.add(value)
      if (kept.size > most)
        kept.delete(kept.values().next().value!)
    },
  }
}
