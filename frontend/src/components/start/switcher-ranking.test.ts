import pinyin from 'pinyin-match'
import { describe, expect, it } from 'vitest'
import { plainly, ranked } from './switcher-ranking'

const place = (name: string, weight = 0, ...more: string[]) => ({ key: name, names: [name, ...more], weight })
const names = (...found: Parameters<typeof ranked>) => ranked(...found).map(({ key }) => key)
const places = [place('林晓'), place('设计组 Design', 5), place('Release 2.0 上线', 9), place('张三丰', 1, 'zsf'), place('重庆火锅')]

describe('what the switcher offers', () => {
  it('is everything, the likeliest first, as long as nothing is typed', () => {
    expect(names(places, '', plainly)[0]).toBe('Release 2.0 上线')
  })

  it('is found by parts in any case, its beginning first', () => {
    expect(names([place('Redesign', 9), place('设计组 Design'), place('Design')], 'DES', plainly)).toEqual(['Design', '设计组 Design', 'Redesign'])
  })

  it.each([['lx', '林晓'], ['linx', '林晓'], ['sjz', '设计组 Design'], ['zs', '张三丰'], ['cq', '重庆火锅'], ['zhangs', '张三丰'], ['shangx', 'Release 2.0 上线']])('is found by pinyin: %s', (words, name) => {
    expect(names(places, words, pinyin.match)[0]).toBe(name)
  })

  it('is nothing for what is nowhere', () => {
    expect(names(places, 'xyz', pinyin.match)).toEqual([])
  })
})
