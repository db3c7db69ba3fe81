import { vi } from 'vitest'

/** Waits for what must come; a slow machine is no failure. */
export const eventually = <Value>(look: () => Value | Promise<Value>): Promise<Value> => vi.waitFor(look, { timeout: 30_000 })
