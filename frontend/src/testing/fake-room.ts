import type { Member, Message, MessagePage, Room, RoomSync } from '@/api/types'
import { aMember, aMembership, aMessage, aRoom, aSender } from './samples'

type Change = { type: 'new_message' | 'message_updated', message: Message } | { type: 'member_joined', member: Member }
export type Announce = (type: string, data: { room_id: number, version: number } & Partial<Change>) => void

/** A room as the server keeps it: a counter, rows, and the next version for every change. */
export class FakeRoom {
  version = 0
  readonly messages: Message[] = []
  readonly members: Member[] = []
  readonly readSeqs = new Map<number, number>()

  constructor(readonly id: number, private readonly announce: Announce) {}

  join(userId: number): void {
    const member = aMember(userId, { version: ++this.version })
    this.members.push(member)
    this.tell('member_joined', { member })
  }

  post(senderId: number, content: string, nonce = `s${senderId}-${this.version}`, more: Partial<Message> = {}): Message {
    const seq = this.messages.length + 1
    const sender = aSender(senderId)
    const id = this.id * 100_000 + seq
    const version = ++this.version
    const message = aMessage(seq, { id, room_id: this.id, version, sender, content, nonce, ...more })
    this.messages.push(message)
    if (this.unread(senderId) === 0)
      this.readSeqs.set(senderId, seq)
    this.tell('new_message', { message })
    return message
  }

  edit(seq: number, content: string): void {
    this.change(seq, { content, edited_at: '2026-01-01T13:00:00Z' })
  }

  recall(seq: number): void {
    this.change(seq, { content: '', reactions: [], recalled_at: '2026-01-01T13:00:00Z' })
    for (const [index, { reply_to }] of this.messages.entries()) {
      if (reply_to?.seq === seq)
        this.messages[index] = { ...this.messages[index]!, reply_to: { ...reply_to, excerpt: '' } }
    }
  }

  private change(seq: number, change: Partial<Message>): void {
    const message = { ...this.messages[seq - 1]!, ...change, version: ++this.version }
    this.messages[seq - 1] = message
    this.tell('message_updated', { message })
  }

  private tell(type: string, change: { message: Message } | { member: Member }): void {
    this.announce(type, { room_id: this.id, version: this.version, ...change })
  }

  find(senderId: number, nonce: string): Message | undefined {
    return this.messages.find(message => message.sender?.id === senderId && message.nonce === nonce)
  }

  unread(userId: number): number {
    const mark = this.readSeqs.get(userId) ?? 0
    return this.messages.filter(({ seq, sender }) => seq > mark && sender?.id !== userId).length
  }

  markRead(userId: number, seq: number): number {
    const mark = Math.max(this.readSeqs.get(userId) ?? 0, Math.min(seq, this.messages.length))
    this.readSeqs.set(userId, mark)
    return mark
  }

  since(from_version: number, most: number): RoomSync {
    const messages = this.messages.filter(row => row.version > from_version)
    const members = this.members.filter(row => row.version > from_version)
    const complete = from_version <= this.version && messages.length <= most
    const rows = complete ? { messages, members } : { messages: [], members: [] }
    const room = complete ? null : { ...this.out(null), last_message: null }
    return { room_id: this.id, from_version, version: this.version, complete, room, ...rows }
  }

  page(query: URLSearchParams): MessagePage {
    const limit = Number(query.get('limit'))
    const number = (name: string) => query.has(name) ? Number(query.get(name)) : null
    const [before, after, around] = [number('before'), number('after'), number('around')]
    const newest = this.messages.length
    let first = Math.max(1, (before ?? newest + 1) - limit)
    if (after !== null)
      first = after + 1
    if (around !== null)
      first = Math.max(1, around - limit / 2)
    const last = Math.min(newest, before !== null ? before - 1 : first + limit - 1)
    return { results: this.messages.slice(first - 1, last), has_before: first > 1, has_after: last < newest }
  }

  out(readerId: number | null): Room {
    return aRoom(this.id, {
      version: this.version,
      last_seq: this.messages.length,
      last_message: this.messages.at(-1) ?? null,
      member_count: this.members.length,
      membership: readerId === null
        ? null
        : aMembership({ last_read_seq: this.readSeqs.get(readerId) ?? 0, unread_count: this.unread(readerId) }),
    })
  }
}
