import type { Message, SendMessage, Timestamp } from '@/api/types'
import type { OutboxEntry } from '@/gateway/outbox-entry'

/** A message of mine that the server is not known to have. */
export interface PendingMessage extends SendMessage {
  state: 'queued' | 'sending' | 'failed'
  error: OutboxEntry['refusal']
  created_at: Timestamp
}

export type Row = Message | PendingMessage

export function isPending(row: Row): row is PendingMessage {
  return 'state' in row
}

/** Stays the same when a pending message becomes a real one, so that its element stays too. */
export function rowKey(row: Row, myId: number): string {
  return isPending(row) || row.sender?.id === myId ? row.nonce : String(row.id)
}

export function pendingMessage({ message, created_at, refusal, leased_until }: OutboxEntry): PendingMessage {
  const state = refusal !== null ? 'failed' : leased_until !== null ? 'sending' : 'queued'
  return { ...message, state, error: refusal, created_at }
}
