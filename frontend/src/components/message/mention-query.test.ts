import pinyin from 'pinyin-match'
import { describe, expect, it } from 'vitest'
import { plainly } from '@/components/start/switcher-ranking'
import { matchesName, mentionQuery } from './mention-query'

const queryAtEnd = (text: string) => mentionQuery(text, text.length)?.text ?? null

describe('what is typed after an @', () => {
  it.each([['@', ''], ['好的@林', '林'], ['hi @may', 'may'], ['a@b.c', null], ['@maya chen', null], ['no', null], ['，@林\n', null]])(
    '%s → %s',
    (text, query) => expect(queryAtEnd(text)).toBe(query),
  )

  it('counts only up to the caret', () => {
    expect(mentionQuery('@ab cd', 2)).toEqual({ start: 0, text: 'a' })
  })
})

describe('a name', () => {
  it('is found by any part of it', () => {
    const names = ['maya', 'Maya Chen 陈']
    expect(['chen', '陈', 'MAY', ''].every(query => matchesName(query, names, plainly))).toBe(true)
    expect(matchesName('lin', names, plainly)).toBe(false)
  })

  it('is found by pinyin and its initials', () => {
    expect(['lx', 'linx', 'xiao'].every(query => matchesName(query, ['user2', '林晓'], pinyin.match))).toBe(true)
    expect(matchesName('zs', ['user2', '林晓'], pinyin.match)).toBe(false)
  })
})
