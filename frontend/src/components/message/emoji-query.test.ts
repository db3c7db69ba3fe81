import { describe, expect, it } from 'vitest'
import { emojiQuery } from './emoji-query'

const after = (text: string) => emojiQuery(text, text.length)

describe('the word after a colon', () => {
  it('begins anywhere but inside another word', () => {
    expect(after(':smi')).toEqual({ start: 0, text: 'smi' })
    expect(after('well, :+1')).toEqual({ start: 6, text: '+1' })
    expect(after('好的，:笑')).toEqual({ start: 3, text: '笑' })
    expect(after('好的 ：笑')).toEqual({ start: 3, text: '笑' })
  })

  it('is no time, address, smiley or colon of a sentence', () => {
    for (const text of ['at 12:30', 'http:wh', '他说:好', '他说：好', '（备注）：好', '“名字”:好', '(so):ok', ':D', ':', 'a ::b', ': smile', 'one :sm ile'])
      expect(after(text)).toBeNull()
  })

  it('is looked for before the caret', () => {
    expect(emojiQuery(':smile and more', 4)).toEqual({ start: 0, text: 'smi' })
  })
})
