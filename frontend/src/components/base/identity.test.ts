import { expect, it } from 'vitest'
import { initialOf } from './identity'

it('tells a Chinese person by the given name, everybody else by a first letter', () => {
  const people = { '蔡浩然': '浩然', '王伟': '王伟', '欧阳修文': '修文', '阿杰': '杰', '老陈': '陈', 'maya': 'M', '周': '周', ' 林 晓 ': '林', '👍🏽x': '👍' }
  for (const [name, initial] of Object.entries(people))
    expect(initialOf(name, 'person')).toBe(initial)
  expect(initialOf('', 'person')).toBe('?')
})

it('tells a room by its first letter', () => {
  expect(['设计组', 'release', '午饭'].map(name => initialOf(name, 'room'))).toEqual(['设', 'R', '午'])
})
