import { describe, expect, it } from 'vitest'
import { markOf, toggleMark } from './text-marks'

/** [ and ] are the ends of the selection. */
function toggled(shown: string, mark: string): string {
  const before = shown.replace(/[[\]]/g, '')
  const { at, piece, start, end } = toggleMark({ text: before, start: shown.indexOf('['), end: shown.indexOf(']') - 1 }, mark)
  const after = before.slice(0, at.start) + piece + before.slice(at.end)
  return `${after.slice(0, start)}[${after.slice(start, end)}]${after.slice(end)}`
}

describe('marks round what is selected', () => {
  it('are put there and taken off again', () => {
    expect(toggled('say [it] loud', '**')).toBe('say **[it]** loud')
    expect(toggled('say **[it]** loud', '**')).toBe('say [it] loud')
    expect(toggled('[重点]是', '~~')).toBe('~~[重点]~~是')
  })

  it('stand beside no space', () => {
    expect(toggled('say[ it ]loud', '`')).toBe('say `[it]` loud')
  })

  it('tell the slant from the weight', () => {
    expect(toggled('**[it]**', '*')).toBe('***[it]***')
    expect(toggled('***[it]***', '*')).toBe('**[it]**')
    expect(toggled('***[it]***', '**')).toBe('*[it]*')
  })

  it('wait for words where nothing is selected', () => {
    expect(toggled('say []', '**')).toBe('say **[]**')
    expect(toggled('say **[]**', '**')).toBe('say []')
  })

  it('belong to keys that an input method does not hold', () => {
    const key = (init: KeyboardEventInit) => markOf(new KeyboardEvent('keydown', init))
    expect([key({ key: 'b', ctrlKey: true }), key({ key: 'X', metaKey: true, shiftKey: true })]).toEqual(['**', '~~'])
    expect([key({ key: 'b' }), key({ key: 'b', ctrlKey: true, isComposing: true }), key({ key: 'x', ctrlKey: true })]).toEqual([undefined, undefined, undefined])
  })
})
