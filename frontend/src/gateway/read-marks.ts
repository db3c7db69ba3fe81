import { ChatError, isPassing } from '@/api/errors'

/** One mark a second and room: reading on scrolls past many messages. */
const EVERY_MS = 1_000

/** Tells the server how far I have read: forward only, at most once a second a room, and again after a lost line. */
export interface ReadMarks {
  mark: (roomId: number, seq: number) => void
  /** What was asked for, but not yet confirmed. */
  wanted: (roomId: number) => number
  /** The connection is ready. */
  resume: () => void
  /** The page may be about to end: what waits for its turn or for its answer would be lost. */
  hurry: () => void
  forget: (roomId: number) => void
  close: () => void
}

type Send = (roomId: number, seq: number) => Promise<unknown>

export interface ReadMarksOptions {
  send: Send
  /** By a way on which it arrives though the page ends. */
  sendLast: Send
}

export function createReadMarks({ send, sendLast }: ReadMarksOptions): ReadMarks {
  const wanted = new Map<number, number>()
  /** Nothing gets through: `resume` goes on. */
  let isCutOff = false
  const pauses = new Map<number, ReturnType<typeof setTimeout>>()

  async function flush(roomId: number, by = send): Promise<void> {
    const seq = wanted.get(roomId)
    if (seq === undefined || pauses.has(roomId))
      return
    pauses.set(roomId, setTimeout(afterPause, EVERY_MS, roomId))
    try {
      await by(roomId, seq)
      settle(roomId, seq)
    }
    catch (error) {
      if (!(error instanceof ChatError))
        throw error
      isCutOff = error.code === 'network'
      if (!isPassing(error))
        settle(roomId, seq)
    }
  }

  function settle(roomId: number, seq: number): void {
    if (wanted.get(roomId) === seq)
      wanted.delete(roomId)
  }

  function afterPause(roomId: number): void {
    pauses.delete(roomId)
    if (!isCutOff)
      void flush(roomId)
  }

  function endPause(roomId: number): void {
    clearTimeout(pauses.get(roomId))
    pauses.delete(roomId)
  }

  function forget(roomId: number): void {
    endPause(roomId)
    wanted.delete(roomId)
  }

  return {
    mark(roomId, seq) {
      if (seq <= (wanted.get(roomId) ?? 0))
        return
      wanted.set(roomId, seq)
      void flush(roomId)
    },
    wanted: roomId => wanted.get(roomId) ?? 0,
    resume() {
      isCutOff = false
      wanted.forEach((_seq, roomId) => void flush(roomId))
    },
    hurry() {
      for (const roomId of wanted.keys()) {
        endPause(roomId)
        void flush(roomId, sendLast)
      }
    },
    forget,
    close: () => [...pauses.keys()].forEach(forget),
  }
}
