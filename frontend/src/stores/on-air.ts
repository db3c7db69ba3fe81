/** So many rooms are kept on the air: who goes to and fro between a few finds them as they are. */
const KEPT = 6

export interface OnAirOptions {
  /** -> whether they flow from now on. */
  join: (roomId: number) => Promise<boolean>
  leave: (roomId: number) => void
}

/** Rooms whose typing, presence and read marks flow: those on screen, and the last ones that were. */
export interface OnAir {
  enter: (roomId: number) => Promise<void>
  exit: (roomId: number) => void
  /** The server knows nothing any more of what was on the air. */
  reconnected: () => void
  forget: (roomId: number) => void
  onScreen: () => number[]
  /** Another number each time that a room comes on the air: what was heard under the same one is still so. */
  since: (roomId: number) => Promise<number | undefined>
}

export function createOnAir({ join, leave }: OnAirOptions): OnAir {
  const onScreen = new Set<number>()
  /** Those looked at last come last. */
  const times = new Map<number, number>()
  const joining = new Map<number, Promise<void>>()
  let last = 0

  async function enter(roomId: number): Promise<void> {
    onScreen.add(roomId)
    const time = times.get(roomId)
    if (time === undefined)
      return ask(roomId)
    times.delete(roomId)
    times.set(roomId, time)
  }

  function ask(roomId: number): Promise<void> {
    const answer = join(roomId)
    const asked: Promise<void> = answer.then((flows) => {
      // Over meanwhile: the connection, or my membership.
      if (joining.get(roomId) !== asked)
        return
      joining.delete(roomId)
      if (flows)
        times.set(roomId, ++last)
      silence()
    })
    joining.set(roomId, asked)
    return asked
  }

  function silence(): void {
    const unseen = [...times.keys()].filter(roomId => !onScreen.has(roomId))
    for (const roomId of unseen.slice(0, Math.max(0, times.size - KEPT))) {
      times.delete(roomId)
      leave(roomId)
    }
  }

  return {
    enter,
    exit(roomId) {
      onScreen.delete(roomId)
      silence()
    },
    reconnected() {
      times.clear()
      joining.clear()
      onScreen.forEach(roomId => void ask(roomId))
    },
    forget(roomId) {
      times.delete(roomId)
      joining.delete(roomId)
    },
    onScreen: () => [...onScreen],
    async since(roomId) {
      await joining.get(roomId)
      return times.get(roomId)
    },
  }
}
