/** The most to wait before attempt 0, 1, 2 …, in ms: short as long as it may be a restart, then ever longer. */
const MOST_MS = [500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const

/** How long to wait before attempt n, in ms: full jitter, so that a crowd does not come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * (MOST_MS[attempt] ?? MOST_MS.at(-1)!)
}
