import { onScopeDispose } from 'vue'

const HOLD_MS = 450

/** A finger held still, on engines that tell of it (contextmenu) and on those that do not. */
export function useLongPress(act: (event: PointerEvent) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined

  function onPointerDown(event: PointerEvent) {
    onPointerEnd()
    if (event.pointerType === 'touch' && event.isPrimary)
      timer = setTimeout(act, HOLD_MS, event)
  }

  /** Lifted, moved away, or taken by the browser for scrolling. */
  function onPointerEnd() {
    clearTimeout(timer)
  }

  onScopeDispose(onPointerEnd)
  return { onPointerDown, onPointerEnd }
}
