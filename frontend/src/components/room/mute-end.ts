const HOUR_OF_MORNING = 8

/** Eight o'clock tomorrow, where this person is. */
export function morning(now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, HOUR_OF_MORNING).toISOString()
}
