import type { Ref } from 'vue'
import { onMounted, onUpdated } from 'vue'

/** Many items, one tab stop: arrows walk the elements marked `data-roving`. */
export function useRovingFocus(box: Ref<HTMLElement | undefined>) {
  const items = () => [...box.value?.querySelectorAll<HTMLElement>('[data-roving]') ?? []]

  function makeStop(stop: HTMLElement | undefined) {
    items().forEach(item => item.tabIndex = item === stop ? 0 : -1)
  }

  function ensureStop() {
    const all = items()
    if (all.filter(item => item.tabIndex === 0).length !== 1)
      makeStop(all.find(item => item === document.activeElement) ?? all.find(item => item.ariaCurrent) ?? all[0])
  }

  function onFocusIn(event: FocusEvent) {
    makeStop((event.target as HTMLElement).closest<HTMLElement>('[data-roving]') ?? undefined)
  }

  function onKeydown(event: KeyboardEvent) {
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (at < 0 || next === undefined)
      return
    event.preventDefault()
    all[next]?.focus()
  }

  onMounted(ensureStop)
  onUpdated(ensureStop)

  return { onFocusIn, onKeydown }
}
