import { describe, expect, it, vi } from 'vitest'
import { i18n, LOCALES, setLocale, speakInside } from '.'
import enDoor from './en'
import enInside from './inside/en'
import zhInside from './inside/zh-CN'
import zhDoor from './zh-CN'

const zh = { ...zhDoor, ...zhInside }
const en = { ...enDoor, ...enInside }

function leaves(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, child]) =>
    typeof child === 'string' ? [[path + key, child] as [string, string]] : leaves(child, `${path}${key}.`))
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

it('no section stands in both parts of a language', () => {
  expect(Object.keys(zhInside).filter(section => section in zhDoor)).toEqual([])
})

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

describe('the texts', () => {
  it.each(LOCALES)('of %s can all be worded', async (locale) => {
    const complaints = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')].map(spy => spy.mockImplementation(() => {}))
    await speakInside()
    await setLocale(locale)
    const values = { n: 2, name: 'N', actor: 'A', target: 'T', value: 'V', code: '1', q: 'q', time: 't', reason: 'r', ms: 1, emoji: '👍', email: 'e', room: 'R', names: 'N', span: 's', day: 'd', max: 9, address: 'a', device: 'd', read: 1, unread: 2 }
    const worded = leaves(zh).map(([key]) => i18n.global.t(key, values, 2))
    expect(worded.filter(text => /\{|\}|^\w+\.\w+/.test(text))).toEqual([])
    complaints.forEach(complaint => expect(complaint).not.toHaveBeenCalled())
  })
})
