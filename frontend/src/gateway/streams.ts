import { shallowReactive } from 'vue'

/** A catch-up that brought nothing is tried again after this. */
const RETRY_MS = 1_000

interface Position {
  /** Where this client began to follow the room, or began anew. */
  since: number
  /** Every change up to here is applied. */
  have: number
  /** The highest version heard of. */
  seen: number
  syncing: boolean
}

/**
 * Where this client stands in the stream of versions of each room. Rows carry their own version, so applying one
 * early, late or twice is harmless; streams only notice that something in between is missing and ask for it.
 */
export interface Streams {
  /** A room is followed from `version` on; what is held of it must be as new. Ignored when it is followed already. */
  start: (roomId: number, version: number) => void
  /** An event of the room was applied. */
  saw: (roomId: number, version: number) => void
  /** All rows changed in (from, version] were applied. */
  synced: (roomId: number, from: number, version: number) => void
  /** Nothing older is held any more. */
  restart: (roomId: number, version: number) => void
  forget: (roomId: number) => void
  /** The server will send everything up to `version` unasked. */
  promised: (roomId: number, version: number) => void
  /** What was promised is still on its way. */
  isBehind: (roomId: number) => boolean
  knows: (roomId: number) => boolean
  have: (roomId: number) => number
  /** Rows older than this may lack changes that this client will never hear of. */
  since: (roomId: number) => number
  /** For `authenticate`. */
  positions: () => Record<string, number>
}

export function createStreams(sync: (roomId: number, have: number) => Promise<unknown>): Streams {
  const positions = new Map<number, Position>()
  /** Room → the version that it is being brought up to. */
  const promises = shallowReactive(new Map<number, number>())

  function start(roomId: number, version: number): Position {
    const known = positions.get(roomId)
    const position = known ?? positionAt(version)
    positions.set(roomId, position)
    return position
  }

  function keepPromise(roomId: number): void {
    if ((promises.get(roomId) ?? Infinity) <= (positions.get(roomId)?.have ?? 0))
      promises.delete(roomId)
  }

  function closeGap(roomId: number, position: Position): void {
    keepPromise(roomId)
    const isCurrent = positions.get(roomId) === position
    if (!isCurrent || position.syncing || position.seen <= position.have)
      return
    position.syncing = true
    const had = position.have
    const again = () => {
      position.syncing = false
      closeGap(roomId, position)
    }
    const retry = () => void (position.have > had ? again() : setTimeout(again, RETRY_MS))
    sync(roomId, had).then(retry, retry)
  }

  return {
    start: (roomId, version) => void start(roomId, version),
    saw(roomId, version) {
      const position = start(roomId, version)
      position.seen = Math.max(position.seen, version)
      if (version === position.have + 1)
        position.have = version
      closeGap(roomId, position)
    },
    synced(roomId, from, version) {
      const position = start(roomId, from)
      position.seen = Math.max(position.seen, version)
      if (from <= position.have)
        position.have = Math.max(position.have, version)
      closeGap(roomId, position)
    },
    restart(roomId, version) {
      positions.set(roomId, positionAt(version))
      keepPromise(roomId)
    },
    forget(roomId) {
      positions.delete(roomId)
      promises.delete(roomId)
    },
    promised(roomId, version) {
      promises.set(roomId, version)
      keepPromise(roomId)
    },
    isBehind: roomId => promises.has(roomId),
    knows: roomId => positions.has(roomId),
    have: roomId => positions.get(roomId)?.have ?? 0,
    since: roomId => positions.get(roomId)?.since ?? 0,
    positions: () => Object.fromEntries([...positions].map(([roomId, { have }]) => [roomId, have])),
  }
}

function positionAt(version: number): Position {
  return { since: version, have: version, seen: version, syncing: false }
}
