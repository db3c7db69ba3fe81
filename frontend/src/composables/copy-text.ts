/** The clipboard, also on plain http where browsers withhold the modern one. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  }
  catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  const focused = document.activeElement
  area.value = text
  area.className = 'visually-hidden'
  // Beside the focused element: outside an open dialog nothing can be selected.
  const host = focused?.closest('dialog') ?? document.body
  host.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement)
    focused.focus({ preventScroll: true })
  return done
}
