import type { Membership, Message } from '@/api/types'

export type ReadNumbers = Pick<Membership, 'last_read_seq' | 'unread_count' | 'mention_count' | 'first_mention_seq'>

/** What counts as unread in one room: the server's numbers, plus what came after them, minus what was read here. */
export class ReadState {
  private server: ReadNumbers = { last_read_seq: 0, unread_count: 0, mention_count: 0, first_mention_seq: null }
  /** The server's numbers know of messages up to here. */
  private countedTo = 0
  /** Others' messages after that, by seq, and those of them that mention me. */
  private readonly later = new Set<number>()
  private readonly laterMentions = new Set<number>()

  constructor(private readonly myId: number) {}

  get numbers(): ReadNumbers {
    return {
      last_read_seq: this.server.last_read_seq,
      unread_count: this.server.unread_count + this.later.size,
      mention_count: this.server.mention_count + this.laterMentions.size,
      first_mention_seq: this.server.first_mention_seq ?? smallest(this.laterMentions),
    }
  }

  /** The server has spoken: its numbers hold for everything up to `countedTo`. Older words come too late. */
  recount(numbers: ReadNumbers, countedTo: number): void {
    if (countedTo < this.countedTo)
      return
    const { last_read_seq, unread_count, mention_count, first_mention_seq } = numbers
    this.server = { last_read_seq, unread_count, mention_count, first_mention_seq }
    this.countedTo = countedTo
    this.forgetLater(Math.max(countedTo, last_read_seq))
  }

  add(message: Message): void {
    const { seq } = message
    // My own do not move the mark here as they do on the server: one of somebody else may still be missing before it.
    if (seq <= this.countedTo || seq <= this.server.last_read_seq || !countsFor(this.myId, message))
      return
    this.later.add(seq)
    if (mentions(this.myId, message))
      this.laterMentions.add(seq)
  }

  /** Forward only. `passed` are the messages between the old mark and the new one, as far as they are held. */
  markRead(seq: number, passed: readonly Message[]): void {
    const { last_read_seq, unread_count, mention_count, first_mention_seq } = this.server
    if (seq <= last_read_seq)
      return
    const counted = passed.filter(message => message.seq <= this.countedTo && countsFor(this.myId, message))
    const isAllRead = seq >= this.countedTo
    this.server = {
      last_read_seq: seq,
      unread_count: isAllRead ? 0 : Math.max(0, unread_count - counted.length),
      mention_count: isAllRead ? 0 : Math.max(0, mention_count - counted.filter(row => mentions(this.myId, row)).length),
      first_mention_seq: first_mention_seq !== null && first_mention_seq > seq ? first_mention_seq : null,
    }
    this.forgetLater(seq)
  }

  private forgetLater(upTo: number): void {
    for (const seqs of [this.later, this.laterMentions]) {
      for (const seq of seqs) {
        if (seq <= upTo)
          seqs.delete(seq)
      }
    }
  }
}

/** Counts the numbers afresh, when every message after the mark is held. */
export function countUnread(myId: number, last_read_seq: number, after: readonly Message[]): ReadNumbers {
  const unread = after.filter(message => countsFor(myId, message))
  const mentioning = unread.filter(message => mentions(myId, message))
  return {
    last_read_seq,
    unread_count: unread.length,
    mention_count: mentioning.length,
    first_mention_seq: mentioning[0]?.seq ?? null,
  }
}

function countsFor(myId: number, { kind, sender }: Message): boolean {
  return kind === 'text' && sender !== null && sender.id !== myId
}

function mentions(myId: number, message: Message): boolean {
  return message.mention_all || message.mention_here || message.mentions.includes(myId)
}

function smallest(seqs: ReadonlySet<number>): number | null {
  return seqs.size === 0 ? null : Math.min(...seqs)
}
