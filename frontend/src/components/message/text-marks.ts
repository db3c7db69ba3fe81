export interface Selected { text: string, start: number, end: number }
/** `piece` stands where `at` was; then `start` to `end` is selected. */
export interface Marked { at: { start: number, end: number }, piece: string, start: number, end: number }

/** Ctrl (⌘ on a Mac) and a key, and what is put round the selection. */
const MARKS: Record<string, string> = { 'b': '**', 'i': '*', 'e': '`', 'shift x': '~~' }

export function markOf(event: KeyboardEvent): string | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing)
    return undefined
  return MARKS[`${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}`]
}

/** Puts marks round what is selected, or takes them off again; without a selection the caret comes between them. */
export function toggleMark({ text, start, end }: Selected, mark: string): Marked {
  const selected = text.slice(start, end)
  // A mark beside a space is none.
  const from = start + (selected.length - selected.trimStart().length)
  const to = Math.max(from, end - (selected.length - selected.trimEnd().length))
  const [before, inner, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)]
  const size = mark.length
  if (endsMarked(before, mark) && endsMarked(reversed(after), mark))
    return { at: { start: from - size, end: to + size }, piece: inner, start: from - size, end: to - size }
  return { at: { start: from, end: to }, piece: mark + inner + mark, start: from + size, end: to + size }
}

const reversed = (text: string) => [...text].reverse().join('')

/** Of three stars one is for the slant and two are for the weight. */
function endsMarked(text: string, mark: string): boolean {
  const run = text.length - text.replace(/\*+$/, '').length
  return mark === '*' ? run % 2 === 1 : text.endsWith(mark)
}
