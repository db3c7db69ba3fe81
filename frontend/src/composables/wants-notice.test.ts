import type { Me } from '@/api/types'
import { describe, expect, it } from 'vitest'
import { aMe, aMembership, aMessage, aRoom, aSender } from '@/testing/samples'
import { wantsNotice } from './wants-notice'

const ME = 1
const me = (more: Partial<Me['preferences']> = {}, status: Me['status'] = 'online') => {
  const own = aMe(ME, { status })
  return { ...own, preferences: { ...own.preferences, ...more } }
}
const plain = aMessage(5)
const mention = aMessage(5, { mentions: [ME] })
const room = (notify: 'all' | 'mentions' | 'none', notify_until: string | null = null) => aRoom(7, { membership: aMembership({ notify, notify_until }) })

describe('a notice', () => {
  it('is wanted of what others write, not of my own, of recalled or of what the system says', () => {
    expect(wantsNotice(plain, room('all'), me(), ME)).toBe(true)
    expect(wantsNotice(aMessage(5, { sender: aSender(ME) }), room('all'), me(), ME)).toBe(false)
    expect(wantsNotice(aMessage(5, { recalled_at: '2026-01-01T12:00:00Z' }), room('all'), me(), ME)).toBe(false)
    expect(wantsNotice(aMessage(5, { kind: 'system', sender: null }), room('all'), me(), ME)).toBe(false)
  })

  it('is wanted as far as both the room and I allow', () => {
    expect([plain, mention].map(message => wantsNotice(message, room('mentions'), me(), ME))).toEqual([false, true])
    expect([plain, mention].map(message => wantsNotice(message, room('none'), me(), ME))).toEqual([false, false])
    expect([plain, mention].map(message => wantsNotice(message, room('all'), me({ notifications: 'mentions' }), ME))).toEqual([false, true])
    expect(wantsNotice(mention, room('all'), me({ notifications: 'none' }), ME)).toBe(false)
    expect(wantsNotice(mention, room('all'), me({}, 'dnd'), ME)).toBe(false)
  })

  it('waits while my quiet hours last', () => {
    const quiet = me({ client: { quiet_hours: { on: true, from: '22:00', to: '08:00' } } })
    const at = (hour: number) => wantsNotice(mention, room('all'), quiet, ME, new Date(2026, 10, 23, hour))
    expect([at(21), at(23), at(7), at(8)]).toEqual([true, false, false, true])
  })

  it('is for me in a direct room, and when my message is answered', () => {
    const direct = aRoom(7, { kind: 'direct', membership: aMembership({ notify: 'mentions' }) })
    expect(wantsNotice(plain, direct, me(), ME)).toBe(true)
    const answer = aMessage(6, { reply_to: { id: 1, seq: 1, sender: aSender(ME), excerpt: '' } })
    expect(wantsNotice(answer, room('mentions'), me(), ME)).toBe(true)
  })

  it('is wanted again when the time of silence is over', () => {
    const at = new Date('2026-01-01T12:00:00Z')
    expect(wantsNotice(plain, room('none', '2026-01-01T12:30:00Z'), me(), ME, at)).toBe(false)
    expect(wantsNotice(plain, room('none', '2026-01-01T11:30:00Z'), me(), ME, at)).toBe(true)
  })
})
