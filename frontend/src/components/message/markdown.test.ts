import type { Block, Inline } from './markdown'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMarkdown } from './markdown'
import { mayHaveMarkup } from './may-have-markup'

const people = [{ id: 2, names: ['林晓'] }, { id: 3, names: ['_a_*b*'] }]

function inline(part: Inline): string {
  if ('parts' in part)
    return `${part.kind === 'named-link' ? `<${part.href}>` : part.kind}[${part.parts.map(inline).join('')}]`
  return part.kind === 'text' ? part.text : `${part.kind}(${part.text})`
}

function draw(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.parts.map(inline).join('')
    case 'code':
      return `${block.language || 'code'}:${block.text}`
    case 'quote':
      return `> ${block.blocks.map(draw).join(' / ')}`
    case 'list':
      return block.items.map((item, at) => `${block.start === null ? '-' : `${block.start + at}.`} ${item.map(draw).join(' / ')}`).join(' ')
  }
}

const drawn = (content: string) => parseMarkdown(content, people).map(draw).join(' | ')

describe('markdown', () => {
  it.each([
    ['**bold** and *em* and ~~gone~~', 'strong[bold] and em[em] and s[gone]'],
    ['这是**「重点」**的一句', '这是strong[「重点」]的一句'],
    ['请**注意：**不要', '请strong[注意：]不要'],
    ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
    ['2*3*4 and 2**8 < 3**6, but x*好*', '2*3*4 and 2**8 < 3**6, but xem[好]'],
    ['`a*b*`', 'code(a*b*)'],
    ['first\nsecond', 'first\nsecond'],
    ['one\n\ntwo', 'one | two'],
    ['- a\n- b\n  - c', '- a - b / - c'],
    ['3. c\n4. d', '3. c 4. d'],
    ['> quoted\n> more', '> quoted\nmore'],
    ['```py\nprint("*x*")\n```', 'py:print("*x*")'],
    ['# not a heading\n---', '# not a heading\n---'],
    ['C:\\new\\*.txt', 'C:\\new\\*.txt'],
  ])('%j', (content, expected) => expect(drawn(content)).toBe(expected))

  it('leaves addresses and mentions whole, whatever signs are in them', () => {
    expect(drawn('见https://a.example/x_y_z*1*，*好*')).toBe('见link(https://a.example/x_y_z*1*)，em[好]')
    expect(drawn('**问@林晓**和@_a_*b*')).toBe('strong[问mention(@林晓)]和mention(@_a_*b*)')
  })

  it('gives links names, but none that lie', () => {
    expect(drawn('[the plan](https://a.example/p)')).toBe('<https://a.example/p>[the plan]')
    expect(drawn('[https://bank.example](https://evil.example/)')).toBe('https://bank.example (link(https://evil.example/))')
    expect(drawn('[bank.example](https://evil.example/)')).toBe('bank.example (link(https://evil.example/))')
    expect(drawn('[a.example](https://a.example/p)')).toBe('<https://a.example/p>[a.example]')
  })

  it('makes a link of no script', () => {
    for (const href of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '//evil.example', '/api/x'])
      expect(drawn(`[x](${href})`)).toBe(`[x](${href})`)
  })

  it('takes HTML for text', () => {
    expect(drawn('<img src=x onerror=alert(1)> **b** <!-- c --> &amp;')).toBe('<img src=x onerror=alert(1)> strong[b] <!-- c --> &amp;')
  })

  it('loses no letter of what was written, and never fails', () => {
    const piece = fc.constantFrom('a', '字', ' ', '\n', '*', '**', '_', '`', '```', '~~', '[', '](', ')', '> ', '- ', '1. ', '@林晓', 'https://a.example/', '\\', '<b>', '。')
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const content = pieces.join('')
      const letters = (text: string) => text.replace(/[^a字林晓b]/g, '')
      const all = parseMarkdown(content, people).map(draw).join('')
      for (const letter of letters(content.replace(/https:\/\/a\.example\//g, '').replace(/```\S*/g, '')))
        expect(all).toContain(letter)
    }))
  })

  it('is not looked for where there is none', () => {
    expect(['你好，world. 3-4 @林晓 https://a.example/x', 'a - b', '（1）'].map(mayHaveMarkup)).toEqual([false, false, false])
    expect(['**b**', '- a', 'x\n1. a', '> q', '`c`', '[a](b)'].map(mayHaveMarkup)).toEqual([true, true, true, true, true, true])
  })
})
