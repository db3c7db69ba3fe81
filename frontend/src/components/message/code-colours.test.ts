import { describe, expect, it } from 'vitest'
import { colourCode } from './code-colours'

const tones = async (text: string, language: string) => (await colourCode(text, language))?.filter(({ tone }) => tone).map(({ text, tone }) => `${tone}:${text}`)

describe('code', () => {
  it('is coloured by what it is, piece by piece, and stays what it is', async () => {
    const text = 'const a = "x" // why\nreturn 42'
    expect(await tones(text, 'js')).toEqual(expect.arrayContaining(['key:const', 'str:"x"', 'com:// why', 'key:return', 'num:42']))
    expect((await colourCode(text, 'js'))!.map(piece => piece.text).join('')).toBe(text)
  })

  it('is as few pieces as it has changes of colour', async () => {
    const tones = (await colourCode('for (const row of rows.slice(-60)) draw(row)', 'js'))!.map(({ tone }) => tone)
    expect(tones.filter((tone, index) => tone === tones[index - 1])).toEqual([])
  })

  it('is known by the names that people give languages', async () => {
    for (const name of ['Python', 'py', 'TS', 'vue', 'yml', 'c++', 'sh'])
      expect(await colourCode('x', name), name).not.toBeNull()
    expect(await colourCode('x', 'klingon')).toBeNull()
    expect(await colourCode('x', 'constructor')).toBeNull()
  })
})
