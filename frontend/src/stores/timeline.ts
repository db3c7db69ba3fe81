import type { Range } from './ranges'
import type { Message, MessagePage } from '@/api/types'
import { addRange, rangeAround } from './ranges'

const NOTHING: Message[] = []

/** Which messages a page was asked for; bounds are exclusive. */
export interface PageBounds {
  before?: number
  after?: number
}

/**
 * The messages of one room that this client holds. `seq` has no gaps, so a set of rows and the ranges known to be
 * complete are all there is to know: pages, live messages and catch-ups add to them in any order. The higher version
 * of a row wins.
 */
export class Timeline {
  readonly rows = new Map<number, Message>()
  private ranges: readonly Range[] = []
  private readonly recalledIds = new Set<number>()
  /** The place that is being read; null when nothing was opened. */
  anchor: number | null = null
  /** The newest message heard of. */
  lastSeq = 0
  /** Nothing is before this. */
  private firstSeq = 1
  /** What is older is deleted for good, and so is what quotes of it said. */
  private deletedBefore = 1
  /** The window as it was last read, and what changed since. */
  private read: Range & { rows: Message[] } = { from: 0, to: 0, rows: [] }
  private readonly changedSeqs = new Set<number>()

  /** -> whether anything changed. */
  upsert(message: Message): boolean {
    this.lastSeq = Math.max(this.lastSeq, message.seq)
    if (message.seq < this.deletedBefore)
      return false
    const known = this.rows.get(message.seq)
    if (known !== undefined && known.version >= message.version)
      return false
    this.put(this.withoutGoneQuote(message))
    this.ranges = addRange(this.ranges, { from: message.seq, to: message.seq })
    if (message.recalled_at !== null)
      this.blankExcerpts(message.id)
    return true
  }

  /** Messages before `seq` are deleted for good. -> whether any of them was held or quoted. */
  deleteBefore(seq: number): boolean {
    if (seq <= this.deletedBefore)
      return false
    this.deletedBefore = seq
    this.firstSeq = Math.max(this.firstSeq, seq)
    const gone = [...this.rows.keys()].filter(held => held < seq)
    gone.forEach(held => this.rows.delete(held))
    this.ranges = this.ranges.filter(({ to }) => to >= seq).map(({ from, to }) => ({ from: Math.max(from, seq), to }))
    if (this.anchor !== null && this.anchor < seq)
      this.anchor = this.ranges[0]?.from ?? null
    const quoting = [...this.rows.values()].filter(message => this.withoutGoneQuote(message) !== message)
    quoting.forEach(message => this.put(this.withoutGoneQuote(message)))
    return gone.length + quoting.length > 0
  }

  insertPage({ results, has_before, has_after }: MessagePage, { before, after }: PageBounds): void {
    results.forEach(message => this.upsert(message))
    const first = results[0]?.seq ?? before
    const last = results.at(-1)?.seq ?? after
    const from = after === undefined ? first : after + 1
    const to = before === undefined ? last : before - 1
    if (from !== undefined && to !== undefined && from <= to)
      this.ranges = addRange(this.ranges, { from, to })
    if (!has_before && first !== undefined)
      this.firstSeq = first
    if (!has_after && after !== undefined && last !== undefined)
      this.lastSeq = Math.max(this.lastSeq, last)
  }

  /** Everything held without a gap around the place that is being read. */
  get window(): Range | null {
    return this.anchor === null ? null : rangeAround(this.ranges, this.anchor)
  }

  get hasBefore(): boolean {
    return this.window === null ? this.lastSeq >= this.firstSeq : this.window.from > this.firstSeq
  }

  get hasAfter(): boolean {
    return this.window !== null && this.window.to < this.lastSeq
  }

  /** The messages in the window, ascending: another array whenever one of them changed. */
  get shown(): Message[] {
    const { window } = this
    if (window === null)
      return NOTHING
    const isSame = window.from === this.read.from && window.to === this.read.to && this.changedSeqs.size === 0
    if (!isSame) {
      this.read = { ...window, rows: this.patched(window) ?? this.between(window.from, window.to) }
      this.changedSeqs.clear()
    }
    return this.read.rows
  }

  /** Most changes are one message more, or another version of one: ten thousand others need not be looked up again. */
  private patched({ from, to }: Range): Message[] | null {
    if (from !== this.read.from || to < this.read.to || this.read.rows.length !== this.read.to - from + 1)
      return null
    const rows = [...this.read.rows, ...this.between(this.read.to + 1, to)]
    // A page may leave out a row: then a seq does not tell its place.
    if (rows.length !== to - from + 1)
      return null
    for (const seq of this.changedSeqs) {
      const row = this.rows.get(seq)
      if (from <= seq && seq <= to && row !== undefined)
        rows[seq - from] = row
    }
    return rows
  }

  private put(message: Message): void {
    this.rows.set(message.seq, message)
    this.changedSeqs.add(message.seq)
  }

  holds(from: number, to: number): boolean {
    const range = rangeAround(this.ranges, from)
    return from > to || (range !== null && range.to >= to)
  }

  /** Held messages with from <= seq <= to, ascending. */
  between(from: number, to: number): Message[] {
    const found: Message[] = []
    for (let seq = from; seq <= to; seq++) {
      const message = this.rows.get(seq)
      if (message !== undefined)
        found.push(message)
    }
    return found
  }

  /** The newest messages held without a gap, `most` of them. */
  tail(most: number): Message[] {
    const newest = this.ranges.at(-1)
    return newest === undefined ? NOTHING : this.between(Math.max(newest.from, newest.to - most + 1), newest.to)
  }

  /** Lets go of all but the newest `most`. */
  trim(most: number): void {
    const from = (this.ranges.at(-1)?.to ?? 0) - most + 1
    for (const seq of this.rows.keys()) {
      if (seq < from)
        this.rows.delete(seq)
    }
    this.ranges = this.ranges.filter(range => range.to >= from).map(range => ({ ...range, from: Math.max(range.from, from) }))
    this.anchor = this.ranges.at(-1)?.to ?? null
    this.read = { from: 0, to: 0, rows: [] }
    this.changedSeqs.clear()
  }

  private withoutGoneQuote(message: Message): Message {
    const { reply_to, recalled_at, id } = message
    if (recalled_at !== null)
      this.recalledIds.add(id)
    if (reply_to === null)
      return message
    if (reply_to.seq > 0 && reply_to.seq < this.deletedBefore)
      return { ...message, reply_to: { id: reply_to.id, seq: 0, sender: null, excerpt: '' } }
    return this.recalledIds.has(reply_to.id) && reply_to.excerpt !== ''
      ? { ...message, reply_to: { ...reply_to, excerpt: '' } }
      : message
  }

  private blankExcerpts(recalledId: number): void {
    for (const message of this.rows.values()) {
      if (message.reply_to?.id === recalledId)
        this.put(this.withoutGoneQuote(message))
    }
  }
}
