import type { Message, Sender } from '@/api/types'
import type { Row } from '@/stores/messages'
import { describe, expect, it } from 'vitest'
import { firstUnreadSeq, logRows } from './log-rows'

const ME = 1
const person = (id: number): Sender => ({ id, username: `u${id}`, display_name: `U${id}`, avatar_url: null, is_bot: false })

function message(seq: number, minute: number, sender: number | null, more: Partial<Message> = {}): Message {
  return {
    id: seq,
    room_id: 7,
    seq,
    version: seq,
    kind: sender === null ? 'system' : 'text',
    sender: sender === null ? null : person(sender),
    content: `m${seq}`,
    nonce: `n${seq}`,
    reply_to: null,
    mentions: [],
    mention_all: false,
    mention_here: false,
    attachments: [],
    reactions: [],
    system: null,
    pinned_at: null,
    edited_at: null,
    recalled_at: null,
    created_at: new Date(2026, 10, 23, 10, minute).toISOString(),
    ...more,
  }
}

function pending(minute: number): Row {
  return { room_id: 7, content: 'p', nonce: 'p', state: 'queued', error: null, created_at: new Date(2026, 10, 23, 10, minute).toISOString() }
}

/** "day 1+ 2 s3": + begins a group. */
function drawn(rows: Row[], unreadSeq: number | null = null, before: Row | null = null): string {
  return logRows(rows, { me: ME, unreadSeq, before }).map((row) => {
    if (row.kind === 'message')
      return `${'seq' in row.message ? row.message.seq : 'p'}${row.first ? '+' : ''}`
    return row.kind === 'system' ? `s${row.message.seq}` : row.kind
  }).join(' ')
}

describe('the rows of a log', () => {
  it('groups a sender within five minutes', () => {
    expect(drawn([message(1, 0, 2), message(2, 4, 2), message(3, 10, 2), message(4, 10, 3)])).toBe('day 1+ 2 3+ 4+')
  })

  it('breaks a group at a reply, a system line and the unread line', () => {
    const reply_to = { id: 1, seq: 1, sender: person(2), excerpt: 'm1' }
    expect(drawn([message(1, 0, 2), message(2, 0, 2, { reply_to }), message(3, 0, null), message(4, 0, 2), message(5, 0, 2)], 5))
      .toBe('day 1+ 2+ s3 4+ unread 5+')
  })

  it('draws a line between days', () => {
    const nextDay = new Date(2026, 10, 24, 0, 1).toISOString()
    expect(drawn([message(1, 59, 2), message(2, 0, 2, { created_at: nextDay })])).toBe('day 1+ day 2+')
  })

  it('continues what stands before the part that is drawn', () => {
    expect(drawn([message(2, 1, 2)], null, message(1, 0, 2))).toBe('2')
  })

  it('puts an unsent message into my group', () => {
    expect(drawn([message(1, 0, ME), pending(1)])).toBe('day 1+ p')
  })

  it('gives every row a key of its own', () => {
    const keys = logRows([message(1, 0, 2), message(2, 0, ME), message(3, 0, null), pending(1)], { me: ME, unreadSeq: 2 }).map(row => row.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('the unread line', () => {
  it('stands before the first message of somebody else', () => {
    expect(firstUnreadSeq([message(4, 0, 2), message(5, 0, null), message(6, 0, ME), message(7, 0, 3)], ME, 4)).toBe(7)
  })

  it('is not drawn while the place where reading stopped is not held', () => {
    expect(firstUnreadSeq([message(6, 0, 2)], ME, 4)).toBe(null)
  })

  it('is absent when everything was read', () => {
    expect(firstUnreadSeq([message(4, 0, 2), message(5, 0, ME)], ME, 4)).toBe(null)
  })
})
