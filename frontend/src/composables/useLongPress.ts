import { onScopeDispose } from 'vue'

const HOLD_MS = 450

/** A finger held still, on engines that tell of it (contextmenu) and on those that do not. */
export function useLongPress(act: (event: PointerEvent) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined

  function onPointerDown(event: PointerEvent) {
    onPointerEnd()
    if (event.pointerType === 'touch' && event.isPrimary)
      timer = setTimeout(hold, HOLD_MS, event)
  }

  function hold(event: PointerEvent) {
    act(event)
    takeLift(event.target)
  }

  /** Lifted, moved away, or taken by the browser for scrolling. */
  function onPointerEnd() {
    clearTimeout(timer)
  }

  onScopeDispose(onPointerEnd)
  return { onPointerDown, onPointerEnd }
}

/** Lifting the finger would click on what is under it, follow a link there, and close what has just opened. */
function takeLift(target: EventTarget | null) {
  const lifted = new AbortController()
  const take = (event: Event) => {
    event.preventDefault()
    lifted.abort()
  }
  for (const end of ['touchend', 'touchcancel'])
    target?.addEventListener(end, take, { passive: false, signal: lifted.signal })
}
