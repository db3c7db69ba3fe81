import { describe, expect, it } from 'vitest'
import { isSubmit } from './enter-key'

const key = (init: KeyboardEventInit & { keyCode?: number }) => new KeyboardEvent('keydown', { key: 'Enter', ...init } as KeyboardEventInit)

describe('enter', () => {
  it('sends', () => expect(isSubmit(key({ keyCode: 13 }))).toBe(true))
  it('with Shift begins a line', () => expect(isSubmit(key({ shiftKey: true }))).toBe(false))
  it('sends together with Ctrl or ⌘ whatever is preferred, and alone as preferred', () => {
    expect([key({ ctrlKey: true }), key({ metaKey: true })].map(event => isSubmit(event, 'ctrl_enter'))).toEqual([true, true])
    expect(isSubmit(key({}), 'ctrl_enter')).toBe(false)
    expect(isSubmit(key({ ctrlKey: true, isComposing: true }), 'ctrl_enter')).toBe(false)
  })

  it('accepts a candidate while composing', () => expect(isSubmit(key({ isComposing: true }))).toBe(false))

  it('belongs to the input method when it says so by its key code only', () => {
    const event = key({})
    Object.defineProperty(event, 'keyCode', { value: 229 })
    expect(isSubmit(event)).toBe(false)
  })
})
