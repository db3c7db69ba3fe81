import { ChatError, isPassing } from '@/api/errors'
import { backoff } from './backoff'

/** A second at least: these are calls that nobody waits for. */
const LEAST_MS = 1_000

/** Things that must be done in the end: repeated, with growing pauses, while only the way to the server fails. */
export interface Retries {
  /** Of one name only the newest runs on. */
  run: (name: string, action: () => Promise<unknown>) => Promise<void>
  close: () => void
}

export function createRetries(): Retries {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const newest = new Map<string, object>()

  async function attempt(name: string, action: () => Promise<unknown>, attempts: number): Promise<void> {
    try {
      await action()
    }
    catch (error) {
      if (!(error instanceof ChatError))
        throw error
      if (isPassing(error) && newest.get(name) === action)
        timers.set(name, setTimeout(attempt, LEAST_MS + backoff(attempts), name, action, attempts + 1))
    }
  }

  return {
    run(name, action) {
      clearTimeout(timers.get(name))
      newest.set(name, action)
      return attempt(name, action, 0)
    },
    close() {
      newest.clear()
      timers.forEach(clearTimeout)
    },
  }
}
