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
}

/** Unread numbers of all rooms: what the server says, what came later, and what was read here but not yet confirmed. */
export function createUnread({ myId, timelines, marks, show }: UnreadOptions) {
  const states = new Map<number, ReadState>()

  function stateOf(roomId: number): ReadState {
    const state = states.get(roomId) ?? new ReadState(myId)
    states.set(roomId, state)
    return state
  }

  /** The server's numbers, which know of messages up to `countedTo`. */
  function recount(roomId: number, numbers: ReadNumbers, countedTo: number): void {
    stateOf(roomId).recount(exactly(roomId, numbers, countedTo), countedTo)
    advance(roomId, marks.wanted(roomId))
  }

  /** Counted here where every message after the mark is held: the numbers may have overtaken a message. */
  function exactly(roomId: number, numbers: ReadNumbers, countedTo: number): ReadNumbers {
    const timeline = timelines.of(roomId)
    const from = numbers.last_read_seq + 1
    const isHeld = from <= countedTo && timeline.holds(from, countedTo)
    return isHeld ? countUnread(myId, numbers.last_read_seq, timeline.between(from, countedTo)) : numbers
  }

  /** Read up to `seq`, here or on another device. */
  function advance(roomId: number, seq: number): void {
    const state = stateOf(roomId)
    state.markRead(seq, timelines.of(roomId).between(state.numbers.last_read_seq + 1, seq))
    show(roomId, state.numbers)
  }

  return {
    recount,
    advance,
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
    forget(roomId: number): void {
      states.delete(roomId)
      marks.forget(roomId)
    },
  }
}
