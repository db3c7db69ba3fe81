const FIRST_MS = 500
const MOST_MS = 30_000

/** How long to wait before attempt n (0, 1, 2 …), in ms: full jitter, so that a crowd does not come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** attempt)
}
