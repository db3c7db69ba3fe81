import english from 'emoji-picker-element-data/en/cldr/data.json?raw'
import chinese from 'emoji-picker-element-data/zh/cldr/data.json?raw'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { EMOJI_GROUPS, findEmoji, inTone, loadEmoji, plain, QUICK_EMOJI, suggestEmoji } from './emoji'

beforeEach(() => void vi.stubGlobal('fetch', async (url: string) => new Response(url.includes('/zh/') ? chinese : english)))

describe('emoji', () => {
  it('are the same sign wherever they are picked: what is offered first is among all', async () => {
    const all = new Set((await loadEmoji('en')).map(({ emoji }) => emoji))
    expect(QUICK_EMOJI.filter(emoji => !all.has(emoji))).toEqual([])
    expect([plain('👍\uFE0F'), plain('❤\uFE0F'), plain('👍🏽')]).toEqual(['👍', '❤\uFE0F', '👍🏽'])
  })

  it.each(['en', 'zh-CN'] as const)('are found by Chinese, pinyin and English words: %s', async (locale) => {
    const all = await loadEmoji(locale)
    for (const words of ['火箭', 'rocket', 'huojian'])
      expect(findEmoji(all, words).map(({ emoji }) => emoji)).toContain('🚀')
    expect(EMOJI_GROUPS.every(group => all.some(one => one.group === group))).toBe(true)
  })

  it.each([['tada', '🎉'], ['+1', '👍'], ['joy', '😂'], ['rocke', '🚀'], ['火箭', '🚀']])('are offered among the first by code and name: %s', async (typed, emoji) => {
    expect(suggestEmoji(await loadEmoji('zh-CN'), typed).slice(0, 8).map(one => one.emoji)).toContain(emoji)
  })

  it('come in the skin that was chosen, where they have one', async () => {
    const all = await loadEmoji('en')
    const named = (emoji: string) => all.find(one => one.emoji === emoji)!
    expect([1, 5, 0].map(tone => inTone(named('👍'), tone as 0 | 1 | 5))).toEqual(['👍🏻', '👍🏿', '👍'])
    expect(inTone(named('🤝'), 2)).toBe('🤝🏼')
    expect(inTone(named('🚀'), 3)).toBe('🚀')
  })
})
