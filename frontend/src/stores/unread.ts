import type { ReadNumbers } from './read-state'
import type { Timelines } from './timelines'
import type { Message } from '@/api/types'
import type { ReadMarks } from '@/gateway/read-marks'
import { countUnread, ReadState } from './read-state'

export interface UnreadOptions {
  myId: number
  timelines: Timelines
  marks: ReadMarks
  /** The numbers of a room may have changed. */
  show: (roomId: number, numbers: ReadNumbers) => void
  /** Only the server can count what was read. */
  ask: (roomId: number) => void
}

/** Unread numbers of all rooms: what the server says, what came later, and what was read here but not yet confirmed. */
export function createUnread({ myId, timelines, marks, show, ask }: UnreadOptions) {
  const states = new Map<number, ReadState>()
  /** Rooms read past messages that are not held: their numbers are too high until the server gives them. */
  const inexact = new Set<number>()
  /** How far the server is known to know: an answer that was on its way meanwhile may say less. */
  const confirmedSeqs = new Map<number, number>()

  function stateOf(roomId: number): ReadState {
    const state = states.get(roomId) ?? new ReadState(myId)
    states.set(roomId, state)
    return state
  }

  /** The server's present numbers, which know of messages up to `countedTo`; the mark may have been set back. */
  function recount(roomId: number, numbers: ReadNumbers, countedTo: number): void {
    confirmedSeqs.delete(roomId)
    recountFromAnswer(roomId, numbers, countedTo)
  }

  /** The same from the answer to a call, during which events may have overtaken it. */
  function recountFromAnswer(roomId: number, numbers: ReadNumbers, countedTo: number): void {
    inexact.delete(roomId)
    stateOf(roomId).recount(exactly(roomId, numbers, countedTo), countedTo)
    advance(roomId, Math.max(marks.wanted(roomId), confirmedSeqs.get(roomId) ?? 0))
  }

  /** Counted here where every message after the mark is held: the numbers may have overtaken a message. */
  function exactly(roomId: number, numbers: ReadNumbers, countedTo: number): ReadNumbers {
    const timeline = timelines.of(roomId)
    const from = numbers.last_read_seq + 1
    if (from > countedTo || !timeline.holds(from, countedTo))
      return numbers
    const after = timeline.between(from, countedTo)
    const counted = countUnread(myId, numbers.last_read_seq, after)
    // Whom a call to all who are here has reached, only the server knows.
    return after.some(message => message.mention_here) ? { ...numbers, unread_count: counted.unread_count } : counted
  }

  function advance(roomId: number, seq: number): void {
    const state = stateOf(roomId)
    const timeline = timelines.of(roomId)
    const from = state.numbers.last_read_seq + 1
    if (!timeline.holds(from, seq))
      inexact.add(roomId)
    state.markRead(seq, timeline.between(from, seq))
    show(roomId, state.numbers)
  }

  /** The server knows that I have read up to `seq`. */
  function confirmed(roomId: number, seq: number): void {
    confirmedSeqs.set(roomId, Math.max(seq, confirmedSeqs.get(roomId) ?? 0))
    if (inexact.delete(roomId))
      ask(roomId)
  }

  return {
    recount,
    recountFromAnswer,
    confirmed,
    /** Read up to `seq` on another device. */
    readElsewhere(roomId: number, seq: number): void {
      advance(roomId, seq)
      confirmed(roomId, seq)
    },
    add(message: Message): void {
      const state = stateOf(message.room_id)
      state.add(message)
      show(message.room_id, state.numbers)
    },
    /** Everything up to `seq` was seen by the person at this screen. */
    markRead(roomId: number, seq: number): void {
      if (seq <= stateOf(roomId).numbers.last_read_seq)
        return
      advance(roomId, seq)
      marks.mark(roomId, seq)
    },
    /** I set the mark back myself. */
    release(roomId: number): void {
      marks.forget(roomId)
      confirmedSeqs.delete(roomId)
    },
    forget(roomId: number): void {
      confirmedSeqs.delete(roomId)
      states.delete(roomId)
      inexact.delete(roomId)
      marks.forget(roomId)
    },
  }
}
