// @vitest-environment node
import type { Handlers } from './ipc'
import { expect, it, vi } from 'vitest'
import { answerCalls } from './ipc'

const page = { url: 'app://chat/rooms/7', parent: null }

function calls(handlers: Partial<Handlers>) {
  const heard = new Map<string, (...given: unknown[]) => unknown>()
  answerCalls({ handle: (name, listener) => void heard.set(name, listener as never) }, handlers as Handlers)
  return (name: string, senderFrame: unknown, ...given: unknown[]) => heard.get(name)?.({ senderFrame }, ...given)
}

it('hands the arguments on and the answer back', () => {
  const call = calls({ 'server.set': server => void expect(server).toBe('x'), 'server.get': () => 'http://localhost:9000' })
  call('server.set', page, 'x')
  expect(call('server.get', page)).toBe('http://localhost:9000')
})

it.each([
  ['another site', { url: 'https://evil.test/', parent: null }],
  ['a frame inside the client', { ...page, parent: {} }],
  ['a frame that is gone', null],
])('answers nothing to %s', (_who, sender) => {
  const get = vi.fn(() => '')
  expect(() => calls({ 'server.get': get })('server.get', sender)).toThrow('the client alone')
  expect(get).not.toHaveBeenCalled()
})

it('takes neither more nor fewer arguments', () => {
  const call = calls({ 'server.set': server => void server })
  expect(() => call('server.set', page)).toThrow(TypeError)
  expect(() => call('server.set', page, 'a', 'b')).toThrow(TypeError)
})
