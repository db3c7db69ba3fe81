import { expect, it } from 'vitest'
import { parseEntry } from './room-code'

it('takes codes however they are written, and links', () => {
  expect(parseEntry(' 123 456 ')).toEqual({ kind: 'code', code: '123456' })
  expect(parseEntry('１２３４５６')).toEqual({ kind: 'code', code: '123456' })
  expect(parseEntry('https://chat.example.org/invite/ab-C_1')).toEqual({ kind: 'invite', token: 'ab-C_1' })
})

it('refuses anything else', () => {
  expect(['', '12345', '1234567', 'abcdef', 'https://chat.example.org/'].map(parseEntry)).toEqual([null, null, null, null, null])
})
