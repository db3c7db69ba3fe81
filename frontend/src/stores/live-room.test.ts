import { expect, it } from 'vitest'
import { aMembership, aMessage, aRoom } from '@/testing/samples'
import { follow, liveRoom } from './live-room'

const member = aRoom(7, { membership: aMembership({ unread_count: 1 }) })

it.each([
  ['a message', member, { ...member, last_message: aMessage(9), last_seq: 9 }],
  ['a count', member, { ...member, membership: aMembership({ unread_count: 2 }) }],
  ['no membership any more', member, { ...member, membership: null }],
  ['a membership', { ...member, membership: null }, member],
  ['neither', { ...member, membership: null }, { ...member, membership: null, name: 'other' }],
])('a live room says what was heard: %s', (_, before, now) => {
  const live = liveRoom(before)
  follow(live, before, now)
  expect(live).toEqual(now)
})

it('what was heard stays as it was', () => {
  const live = liveRoom(member)
  follow(live, member, { ...member, membership: aMembership({ unread_count: 5 }) })
  expect(member.membership?.unread_count).toBe(1)
})
