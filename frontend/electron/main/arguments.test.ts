// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { ArgumentError, badge, externalUrl, locale, notification, server, token, userId } from './arguments'

const refusals: [string, (claimed: unknown) => unknown, unknown[]][] = [
  ['server', server, ['http://localhost:9000/', 'https://a/b', 'ftp://a', 'file://', 'app://chat', 'http://user@a', 'a', 7, null]],
  ['userId', userId, [0, -1, 1.5, '1', Number.NaN, 2 ** 53, null]],
  ['token', token, ['x'.repeat(4097), 7, null]],
  ['locale', locale, ['fr', 'toString', 7]],
  ['externalUrl', externalUrl, ['file:///etc/passwd', 'javascript:1', 7]],
  ['badge', badge, [{ mentions: -1, unread: true }, { mentions: 1 }, { mentions: 1, unread: 1 }, { mentions: 1, unread: true, more: 1 }, null, []]],
  ['notification', notification, [
    { title: 'a', body: 'b', tag: 'c', path: 'https://evil.test' },
    { title: 'a', body: 'b', tag: 'c', path: '//evil.test' },
    { title: 'a', body: 'b', tag: 'c' },
    { title: { toString: 1 }, body: 'b', tag: 'c', path: '/rooms/7' },
    'text',
  ]],
]

describe('arguments of calls', () => {
  it.each(refusals)('%s refuses everything else', (_name, check, wrong) => {
    for (const claimed of wrong)
      expect(() => check(claimed), JSON.stringify(claimed)).toThrow(ArgumentError)
  })

  it('hands on what is right', () => {
    expect(server('https://chat.example.org:8443')).toBe('https://chat.example.org:8443')
    expect(userId(7)).toBe(7)
    expect(locale('zh-CN')).toBe('zh-CN')
    const shown = { title: '张三', body: '你好', tag: 'room-7', path: '/rooms/7' }
    expect(notification(shown)).toEqual(shown)
    expect(badge({ mentions: 0, unread: true })).toEqual({ mentions: 0, unread: true })
  })
})
