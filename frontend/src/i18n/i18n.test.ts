import { describe, expect, it } from 'vitest'
import en from './en'
import zh from './zh-CN'

function leaves(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, child]) =>
    typeof child === 'string' ? [[path + key, child] as [string, string]] : leaves(child, `${path}${key}.`))
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('the two languages', () => {
  const inChinese = new Map(leaves(zh))
  const inEnglish = new Map(leaves(en))

  it('have the same keys', () => {
    expect([...inEnglish.keys()].sort()).toEqual([...inChinese.keys()].sort())
  })

  it('have no empty text', () => {
    expect([...inChinese, ...inEnglish].filter(([, text]) => !text.trim())).toEqual([])
  })

  it('name the same values in each text', () => {
    const differing = [...inChinese].filter(([key, text]) =>
      placeholders(text).join() !== placeholders(inEnglish.get(key) ?? '').join())
    expect(differing).toEqual([])
  })
})
