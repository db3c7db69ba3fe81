import { describe, expect, it } from 'vitest'
import { aMessage, aSender } from '@/testing/samples'
import { ReadState } from './read-state'

const ME = 1

function aState(last_read_seq: number, unread_count: number, countedTo: number): ReadState {
  const state = new ReadState(ME)
  state.recount({ last_read_seq, unread_count, mention_count: 0, first_mention_seq: null }, countedTo)
  return state
}

describe('the read state of a room', () => {
  it('adds what came after the numbers of the server, once', () => {
    const state = aState(5, 2, 8)
    state.add(aMessage(8))
    state.add(aMessage(9))
    state.add(aMessage(9, { version: 30 }))
    expect(state.numbers.unread_count).toBe(3)
  })

  it('counts neither system lines nor my own messages', () => {
    const state = aState(5, 2, 8)
    state.add(aMessage(9, { kind: 'system', sender: null }))
    state.add(aMessage(10, { sender: aSender(ME) }))
    expect(state.numbers).toMatchObject({ unread_count: 2, last_read_seq: 5 })
  })

  it('counts a message that arrives after my own later one', () => {
    const state = aState(8, 0, 8)
    state.add(aMessage(10, { sender: aSender(ME) }))
    state.add(aMessage(9))
    expect(state.numbers.unread_count).toBe(1)
  })

  it('counts mentions of me and of all, and knows the first', () => {
    const state = aState(0, 0, 0)
    state.add(aMessage(1))
    state.add(aMessage(2, { mentions: [ME] }))
    state.add(aMessage(3, { mention_all: true }))
    expect(state.numbers).toMatchObject({ unread_count: 3, mention_count: 2, first_mention_seq: 2 })
    state.markRead(2, [])
    expect(state.numbers).toMatchObject({ unread_count: 1, mention_count: 1, first_mention_seq: 3 })
  })

  it('takes off what was read on the way, and never goes back', () => {
    const state = aState(5, 3, 8)
    state.markRead(6, [aMessage(6)])
    expect(state.numbers).toMatchObject({ last_read_seq: 6, unread_count: 2 })
    state.markRead(4, [])
    expect(state.numbers.last_read_seq).toBe(6)
    state.markRead(8, [])
    expect(state.numbers.unread_count).toBe(0)
  })

  it('takes the word of the server over its own, also backwards, but not an older word', () => {
    const state = aState(5, 3, 8)
    state.add(aMessage(9))
    state.recount({ last_read_seq: 2, unread_count: 6, mention_count: 1, first_mention_seq: 3 }, 9)
    expect(state.numbers).toEqual({ last_read_seq: 2, unread_count: 6, mention_count: 1, first_mention_seq: 3 })
    state.recount({ last_read_seq: 2, unread_count: 1, mention_count: 0, first_mention_seq: null }, 8)
    expect(state.numbers.unread_count).toBe(6)
  })
})
