/**
 * Puts a piece where the text from `start` to `end` stands, as if it were typed: the browser's own undo takes it back.
 * `setRangeText` and `value` forget what could be undone before.
 */
export function rewrite(box: HTMLTextAreaElement, start: number, end: number, piece: string): void {
  if (start === end && piece === '')
    return
  box.focus()
  box.setSelectionRange(start, end)
  if (typesByCommand(piece))
    return
  // Firefox on a page without a focus of the window, and test documents, know no such command.
  box.setRangeText(piece, start, end, 'end')
  box.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: piece }))
}

/** Deprecated, but no engine offers another way into its list of what can be undone. */
function typesByCommand(piece: string): boolean {
  return piece === '' ? document.execCommand?.('delete') : document.execCommand?.('insertText', false, piece)
}
