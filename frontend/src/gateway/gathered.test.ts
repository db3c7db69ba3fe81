import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { gathered } from './gathered'

const TURN_MS = 50

/** What was handed on in one turn, turn by turn. */
let turns: number[][]

beforeEach(() => {
  vi.useFakeTimers()
  turns = []
})
afterEach(() => void vi.useRealTimers())

function numbers() {
  let turn: number[] | null = null
  return gathered<number>((number) => {
    if (turn === null) {
      turns.push(turn = [])
      queueMicrotask(() => turn = null)
    }
    turn.push(number)
  })
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('hands on at once what comes alone', async () => {
  const { add } = numbers()
  add(1)
  expect(turns).toEqual([[1]])
  await pass(100)
  add(2)
  expect(turns).toEqual([[1], [2]])
})

it('hands on a crowd once a turn, in its order, all of it', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 200 }), async (pauses) => {
    turns = []
    const { add } = numbers()
    const began = Date.now()
    for (const [index, pause] of pauses.entries()) {
      add(index)
      if (pause < 20)
        await pass(pause)
    }
    await pass(TURN_MS)
    expect(turns.flat()).toEqual(pauses.map((_, index) => index))
    expect(turns.length).toBeLessThanOrEqual(1 + (Date.now() - began) / TURN_MS)
  }))
})

it('hands on what waits when it is told to', () => {
  const { add, flush } = numbers()
  ;[1, 2, 3].forEach(add)
  flush()
  expect(turns.flat()).toEqual([1, 2, 3])
})

it('goes on after one that throws', async () => {
  const taken: number[] = []
  const { add, flush } = gathered<number>((number) => {
    if (number === 2)
      throw new Error('two')
    taken.push(number)
  })
  ;[1, 2, 3].forEach(add)
  expect(flush).toThrow('two')
  await pass(100)
  expect(taken).toEqual([1, 3])
})
