import { expect, it, vi } from 'vitest'
import { createOnAir } from './on-air'

function anAir(flows = () => true) {
  const join = vi.fn(async (_roomId: number) => flows())
  const leave = vi.fn()
  return { join, leave, ...createOnAir({ join, leave }) }
}

it('the last rooms that were looked at stay on the air', async () => {
  const { enter, exit, join, leave, since } = anAir()
  for (const room of [1, 2, 3, 1, 4, 5, 6]) {
    await enter(room)
    exit(room)
  }
  expect(join.mock.calls.map(([room]) => room)).toEqual([1, 2, 3, 4, 5, 6])
  expect(leave).not.toHaveBeenCalled()
  await enter(7)
  expect(leave.mock.calls).toEqual([[2]])
  expect([await since(2), await since(1)]).toEqual([undefined, 1])
})

it('a room that is on screen is not silenced', async () => {
  const { enter, leave } = anAir()
  for (const room of [1, 2, 3, 4, 5, 6, 7, 8])
    await enter(room)
  expect(leave).not.toHaveBeenCalled()
})

it('after a reconnect only what is on screen comes on the air again, under another number', async () => {
  const { enter, exit, join, reconnected, since, onScreen } = anAir()
  await enter(1)
  exit(1)
  await enter(2)
  const before = await since(2)
  reconnected()
  expect(await since(1)).toBeUndefined()
  expect(await since(2)).toBeGreaterThan(before!)
  expect([join.mock.calls.length, onScreen()]).toEqual([3, [2]])
})

it('who asks while a room is on its way waits for the answer', async () => {
  let answer = (_flows: boolean) => {}
  const { enter, since, reconnected } = createOnAir({ join: () => new Promise(resolve => answer = resolve), leave: () => {} })
  void enter(1)
  const asked = since(1)
  answer(true)
  expect(await asked).toBe(1)
  reconnected()
  const late = answer
  reconnected()
  late(true)
  answer(false)
  expect(await since(1)).toBeUndefined()
})
