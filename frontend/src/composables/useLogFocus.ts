import type { Ref } from 'vue'
import type { LogRow } from '@/components/message/log-rows'
import { ref } from 'vue'
import { isPending } from '@/stores/messages'
import { useLongPress } from './useLongPress'
import { useMessageActions } from './useMessageActions'

/** Which message the pointer or the keyboard is at, and what the keys do there. The log is one tab stop. */
export function useLogFocus(content: Ref<HTMLElement | undefined>, drawn: Ref<LogRow[]>) {
  const actions = useMessageActions()
  const activeKey = ref<string | null>(null)

  const keyAt = (target: EventTarget | null) =>
    (target as Element | null)?.closest<HTMLElement>('[data-key]')?.dataset.key ?? null

  function messageAt(target: EventTarget | null) {
    const row = drawn.value.find(({ key }) => key === keyAt(target))
    return row?.kind === 'message' && !isPending(row.message) ? row.message : null
  }

  function onPointer(event: PointerEvent) {
    if (event.pointerType === 'mouse')
      activeKey.value = keyAt(event.target)
  }

  function onLeave() {
    activeKey.value = keyAt(document.activeElement)
  }

  function onFocusIn(event: FocusEvent) {
    activeKey.value = keyAt(event.target)
  }

  /** A menu that was opened from here keeps its message marked. */
  function onFocusOut(event: FocusEvent) {
    const next = event.relatedTarget as Element | null
    if (next && !next.closest('[popover]') && !content.value?.contains(next))
      activeKey.value = null
  }

  /** Selected text and links keep the browser's own menu. */
  function onContextMenu(event: MouseEvent) {
    const isNative = !getSelection()?.isCollapsed || (event.target as Element).closest('a')
    if (!isNative && openMenu(event.target, event))
      event.preventDefault()
  }

  function openMenu(target: EventTarget | null, { clientX, clientY }: MouseEvent): boolean {
    const message = messageAt(target)
    if (!message || message.recalled_at)
      return false
    actions.openMenu(message, new DOMPoint(clientX, clientY))
    return true
  }

  const { onPointerDown, onPointerEnd } = useLongPress(event => openMenu(event.target, event))

  function onKeydown(event: KeyboardEvent) {
    const target = event.target as HTMLElement
    if (event.ctrlKey || event.metaKey || event.altKey || !target.matches('[role=log], article'))
      return
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step ? walk(target, step) : act(event, target))
      event.preventDefault()
  }

  function walk(from: HTMLElement, step: number): boolean {
    const articles = [...content.value?.querySelectorAll<HTMLElement>('article') ?? []]
    const at = articles.indexOf(from)
    const next = at < 0 ? articles.at(-1) : articles[at + step]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
    return next !== undefined
  }

  function act(event: KeyboardEvent, target: HTMLElement): boolean {
    const message = messageAt(target)
    if (!message || message.recalled_at)
      return false
    const act = {
      'r': () => actions.canWrite() && actions.reply(message),
      'e': () => actions.canEdit(message) && actions.edit(message),
      '+': () => actions.canWrite() && actions.openPalette(message, target),
      'c': () => actions.copy(message.content),
      'Delete': () => actions.canRecall(message) && actions.recall(message),
      'Enter': () => actions.openMenu(message, target),
    }[event.key]
    act?.()
    return act !== undefined
  }

  return { activeKey, onPointer, onLeave, onFocusIn, onFocusOut, onKeydown, onContextMenu, onPointerDown, onPointerEnd }
}
