import { describe, expect, it } from 'vitest'
import { createNewest } from './newest'

describe('the newest of what was added', () => {
  it('forgets the oldest beyond its bound', () => {
    const newest = createNewest<string>(2)
    for (const one of ['a', 'b', 'c'])
      newest.add(one)
    expect(['a', 'b', 'c'].map(newest.has)).toEqual([false, true, true])
    expect(newest.size).toBe(2)
  })

  it('counts what is added again as new', () => {
    const newest = createNewest<string>(2)
    for (const one of ['a', 'b', 'a', 'c'])
      newest.add(one)
    expect(['a', 'b', 'c'].map(newest.has)).toEqual([true, false, true])
  })
})
