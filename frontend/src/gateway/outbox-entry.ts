import type { ChatError } from '@/api/errors'
import type { SendMessage, Timestamp } from '@/api/types'

/** A message on its way: kept until the server has it, or until the person takes it back. */
export interface OutboxEntry {
  /** The place in the queue, given by the storage and shared by all tabs. */
  order: number
  message: SendMessage
  created_at: Timestamp
  /** Why the server refused it; null while it may still go. */
  refusal: Pick<ChatError, 'code' | 'message'> | null
  /** A tab is sending it; until then (ms) everyone else leaves the room alone. */
  leased_until: number | null
}

export type NewEntry = Omit<OutboxEntry, 'order'>
export type EntryChange = Partial<Pick<OutboxEntry, 'leased_until' | 'refusal'>>

/** `busy`: something of this room is in flight, from this tab or another. */
export type Claim = { entry: OutboxEntry } | { busy: number } | null

/**
 * Where the outbox keeps its entries, in order. Every change is one transaction, so that tabs that share the storage
 * never send two messages of a room at a time, nor one message twice.
 */
export interface OutboxStorage {
  all: () => Promise<OutboxEntry[]>
  add: (entry: NewEntry) => Promise<OutboxEntry>
  /** Leases the first entry of the room that may go. */
  claim: (roomId: number, until: number) => Promise<Claim>
  change: (nonce: string, change: EntryChange) => Promise<void>
  remove: (nonce: string) => Promise<void>
  /** Deletes everything, for ever. */
  destroy: () => Promise<void>
}

/** The rule of `claim`, over the entries of one room in order. */
export function claimFrom(entries: OutboxEntry[], until: number, now = Date.now()): Claim {
  const waiting = entries.filter(entry => entry.refusal === null)
  const inFlightUntil = Math.max(0, ...waiting.map(entry => entry.leased_until ?? 0))
  if (inFlightUntil > now)
    return { busy: inFlightUntil }
  const first = waiting[0]
  return first === undefined ? null : { entry: { ...first, leased_until: until } }
}
