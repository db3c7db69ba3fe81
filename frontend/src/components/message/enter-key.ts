/** 229 is what engines report while an input method holds the key; Safari sends it after the composition has ended. */
const HELD_BY_IME = 229

/** An Enter that a person means as Enter, not the one that accepts a candidate of an input method. */
export function isPlainEnter(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.isComposing && event.keyCode !== HELD_BY_IME
}

/** By preference Enter alone sends, or only together with Ctrl (⌘ on a Mac); that always does. */
export function isSubmit(event: KeyboardEvent, key: 'enter' | 'ctrl_enter' = 'enter'): boolean {
  const isHeld = event.ctrlKey || event.metaKey
  return isPlainEnter(event) && !event.shiftKey && !event.altKey && (isHeld || key === 'enter')
}
