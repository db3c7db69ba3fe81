import { describe, expect, it } from 'vitest'
import { isFewEmoji, messageTokens } from './message-tokens'

const kinds = (content: string, ...names: string[]) =>
  messageTokens(content, names.map((name, index) => ({ id: index + 1, names: [name] })))
    .map(token => `${token.kind}:${token.text}`)

describe('what is written', () => {
  it('is kept whole, whatever it holds', () => {
    const content = '看 https://a.example/x。@林晓 <b>hi</b>\nend'
    expect(messageTokens(content, [{ id: 1, names: ['林晓'] }]).map(token => token.text).join('')).toBe(content)
  })

  it('links end before punctuation, also in Chinese', () => {
    expect(kinds('看https://a.example/x，好')).toEqual(['text:看', 'link:https://a.example/x', 'text:，好'])
    expect(kinds('(https://a.example/x_(y)).')).toEqual(['text:(', 'link:https://a.example/x_(y)', 'text:).'])
  })

  it('never makes a link of a script', () => {
    expect(kinds('javascript:alert(1)')).toEqual(['text:javascript:alert(1)'])
  })

  it('finds mentions without a space before them, the longest name first', () => {
    expect(kinds('好的@王小明吗', '王小', '王小明')).toEqual(['text:好的', 'mention:@王小明', 'text:吗'])
  })

  it('is code between backticks, in which nothing else is looked for', () => {
    expect(kinds('试试 `a @林晓 https://a.example` 吧', '林晓')).toEqual(['text:试试 ', 'code:a @林晓 https://a.example', 'text: 吧'])
    expect(kinds('一个 ` 不算')).toEqual(['text:一个 ` 不算'])
  })

  it('is a block of code between fences, without the name of its language', () => {
    expect(kinds('look:\n```css\na { }\n\n`b`\n```\nfine')).toEqual(['text:look:\n', 'block:a { }\n\n`b`', 'text:fine'])
    expect(kinds('```\nnever closed')).toEqual(['text:```\nnever closed'])
  })

  it('marks only people who are mentioned', () => {
    expect(kinds('@nobody hi', 'somebody')).toEqual(['text:@nobody hi'])
  })
})

describe('few emoji', () => {
  it.each([['👍', true], ['👨‍👩‍👧 🎉', true], ['🇨🇳', true], ['👍🏽❤️1️⃣', true], ['🎉🎉🎉🎉', false], ['好🎉', false], ['12', false], ['', false]])(
    '%s → %s',
    (content, few) => expect(isFewEmoji(content)).toBe(few),
  )
})
