import { describe, expect, it, vi } from 'vitest'
import { loadAhead } from './load-ahead'

describe('what is loaded ahead', () => {
  it('comes one after the other', async () => {
    const loaded: string[] = []
    const part = (name: string) => async () => {
      loaded.push(`${name} begins`)
      await Promise.resolve()
      loaded.push(name)
    }
    expect(await loadAhead([part('a'), part('b')], () => true)).toEqual([])
    expect(loaded).toEqual(['a begins', 'a', 'b begins', 'b'])
  })

  it('waits for the next connection when this one is gone', async () => {
    const [first, gone, last] = [vi.fn(async () => {}), vi.fn().mockRejectedValue(new Error('no network')), vi.fn(async () => {})]
    expect(await loadAhead([first, gone, last], () => true)).toEqual([gone, last])
    expect(await loadAhead([first], () => false)).toEqual([first])
    expect([first.mock.calls.length, last.mock.calls.length]).toEqual([1, 0])
  })
})
