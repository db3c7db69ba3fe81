import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStreams } from './streams'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the streams', () => {
  it('move on with each next version and ask for nothing', () => {
    const sync = vi.fn(async () => {})
    const streams = createStreams(sync)
    streams.start(7, 3)
    streams.saw(7, 4)
    streams.saw(7, 5)
    streams.saw(7, 5)
    streams.saw(7, 2)
    expect(streams.positions()).toEqual({ 7: 5 })
    expect(sync).not.toHaveBeenCalled()
  })

  it('stay where they are at a gap and ask once for what is missing', () => {
    const sync = vi.fn(async () => {})
    const streams = createStreams(sync)
    streams.start(7, 3)
    streams.saw(7, 6)
    streams.saw(7, 7)
    expect(streams.have(7)).toBe(3)
    expect(sync.mock.calls).toEqual([[7, 3]])
  })

  it('ask again until everything heard of is there', async () => {
    const answers = [5, 7]
    const streams = createStreams(async (roomId, have) => streams.synced(roomId, have, answers.shift()!))
    streams.start(7, 3)
    streams.saw(7, 7)
    await vi.advanceTimersByTimeAsync(10)
    expect(streams.have(7)).toBe(7)
    expect(answers).toEqual([])
  })

  it('try again later when nothing came of it', async () => {
    const sync = vi.fn(() => Promise.reject(new Error('offline')))
    const streams = createStreams(sync)
    streams.start(7, 3)
    streams.saw(7, 5)
    await vi.advanceTimersByTimeAsync(10)
    expect(sync).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(sync.mock.calls.length).toBeGreaterThan(1)
    streams.forget(7)
    const calls = sync.mock.calls.length
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sync).toHaveBeenCalledTimes(calls)
  })

  it('take a stretch that begins where they stand or before, and no other', () => {
    const streams = createStreams(async () => {})
    streams.start(7, 3)
    streams.synced(7, 5, 9)
    expect(streams.have(7)).toBe(3)
    streams.synced(7, 1, 5)
    expect(streams.have(7)).toBe(5)
    streams.synced(7, 1, 4)
    expect(streams.have(7)).toBe(5)
  })

  it('start anew, also further back, when a room does', () => {
    const streams = createStreams(async () => {})
    streams.start(7, 30)
    streams.restart(7, 4)
    expect(streams.have(7)).toBe(4)
  })
})

describe('a promised catch-up', () => {
  it('is over when everything up to its version is applied, in however many parts', () => {
    const streams = createStreams(async () => {})
    streams.start(7, 3)
    streams.promised(7, 9)
    expect(streams.isBehind(7)).toBe(true)
    streams.synced(7, 3, 6)
    expect(streams.isBehind(7)).toBe(true)
    streams.synced(7, 6, 9)
    expect(streams.isBehind(7)).toBe(false)
    streams.promised(7, 9)
    expect(streams.isBehind(7)).toBe(false)
  })

  it('is over when the room starts anew or is lost', () => {
    const streams = createStreams(async () => {})
    streams.start(7, 3)
    streams.promised(7, 900)
    streams.restart(7, 900)
    expect(streams.isBehind(7)).toBe(false)
    streams.promised(7, 901)
    streams.forget(7)
    expect(streams.isBehind(7)).toBe(false)
  })
})
