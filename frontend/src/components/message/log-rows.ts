import type { Message } from '@/api/types'
import type { PendingMessage, Row } from '@/stores/messages'
import { dayNumber } from '@/i18n/dates'
import { isPending, rowKey } from '@/stores/messages'

export interface LogMessage { kind: 'message', key: string, message: Message | PendingMessage, first: boolean }

export type LogRow
  = | { kind: 'day', key: string, at: string }
    | { kind: 'unread', key: string }
    | { kind: 'system', key: string, message: Message }
    | LogMessage

interface Around {
  me: number
  /** Where the unread line stands. */
  unreadSeq: number | null
  /** The row before the first of `rows`. */
  before?: Row | null
}

const GROUP_MS = 5 * 60_000

/** What the log draws: messages in groups by sender, with lines between days and before what is unread. */
export function logRows(rows: Row[], { me, unreadSeq, before = null }: Around): LogRow[] {
  const drawn: LogRow[] = []
  for (const row of rows) {
    const isFirstUnread = !isPending(row) && row.seq === unreadSeq
    if (!before || !sameDay(before, row))
      drawn.push({ kind: 'day', key: `day-${dayNumber(new Date(row.created_at))}`, at: row.created_at })
    if (isFirstUnread)
      drawn.push({ kind: 'unread', key: 'unread' })
    if (isSystem(row))
      drawn.push({ kind: 'system', key: rowKey(row, me), message: row })
    else
      drawn.push({ kind: 'message', key: rowKey(row, me), message: row, first: isFirstUnread || !continues(before, row, me) })
    before = row
  }
  return drawn
}

/** The first message of somebody else past the read mark, if the rows reach back to the mark. */
export function firstUnreadSeq(rows: Row[], me: number, readSeq: number): number | null {
  const [oldest] = rows
  if (!oldest || isPending(oldest) || oldest.seq > readSeq + 1)
    return null
  const first = rows.find(row => !isPending(row) && row.seq > readSeq && row.kind === 'text' && row.sender?.id !== me)
  return first && !isPending(first) ? first.seq : null
}

/** My newest message: under it stands how far it got. */
export function latestOwnKey(rows: Row[], me: number): string | null {
  const last = rows.findLast(row => !isSystem(row) && senderOf(row, me) === me)
  return last === undefined || (!isPending(last) && last.recalled_at !== null) ? null : rowKey(last, me)
}

function continues(before: Row | null, row: Row, me: number): boolean {
  return before !== null
    && !row.reply_to
    && !isSystem(before)
    && senderOf(before, me) === senderOf(row, me)
    && sameDay(before, row)
    && Date.parse(row.created_at) - Date.parse(before.created_at) < GROUP_MS
}

const isSystem = (row: Row): row is Message => !isPending(row) && row.kind === 'system'
const senderOf = (row: Row, me: number) => isPending(row) ? me : row.sender?.id ?? null
const sameDay = (a: Row, b: Row) => dayNumber(new Date(a.created_at)) === dayNumber(new Date(b.created_at))
