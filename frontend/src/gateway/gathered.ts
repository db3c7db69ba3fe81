/** No eye follows more than twenty pictures of a crowd in a second, and in between there is time for keys and clicks. */
const TURN_MS = 50

export interface Gathered<Item> {
  add: (item: Item) => void
  /** Hands over at once what still waits. */
  flush: () => void
}

/**
 * Hands on what comes alone at once, and what comes in a crowd together, a turn after what was handed on before it: what
 * is drawn for all of it is drawn once. The order stays.
 */
export function gathered<Item>(take: (item: Item) => void): Gathered<Item> {
  let waiting: Item[] = []
  /** While it runs, something was handed on just now. */
  let turn: ReturnType<typeof setTimeout> | null = null

  function handOn(): void {
    const items = waiting
    waiting = []
    clearTimeout(turn ?? undefined)
    turn = setTimeout(endTurn, TURN_MS)
    let taken = 0
    try {
      for (const item of items) {
        taken++
        take(item)
      }
    }
    finally {
      // One that throws does not take those behind it along: they come with the next turn.
      waiting = [...items.slice(taken), ...waiting]
    }
  }

  function endTurn(): void {
    turn = null
    flush()
  }

  function flush(): void {
    if (waiting.length > 0)
      handOn()
  }

  return {
    flush,
    add(item) {
      waiting.push(item)
      if (turn === null)
        handOn()
    },
  }
}
