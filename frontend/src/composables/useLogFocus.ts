import type { Ref } from 'vue'
import type { LogRow } from '@/components/message/log-rows'
import type { Row } from '@/stores/messages'
import { ref } from 'vue'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useLongPress } from './useLongPress'
import { useMessageActions } from './useMessageActions'
import { usePersonCard } from './usePersonCard'

/** Which message the pointer or the keyboard is at, and what the keys do there. The log is one tab stop. */
export function useLogFocus(content: Ref<HTMLElement | undefined>, drawn: Ref<LogRow[]>) {
  const actions = useMessageActions()
  const card = usePersonCard()
  const { userId } = useAccount()
  const activeKey = ref<string | null>(null)

  const keyAt = (target: EventTarget | null) =>
    (target as Element | null)?.closest<HTMLElement>('[data-key]')?.dataset.key ?? null

  function rowAt(target: EventTarget | null): Row | null {
    const key = keyAt(target)
    const row = drawn.value.find(one => one.key === key)
    return row?.kind === 'message' ? row.message : null
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
    const row = rowAt(target)
    return row !== null && openMenuBeside(row, new DOMPoint(clientX, clientY))
  }

  /** Nothing can be done to what was recalled. */
  function openMenuBeside(row: Row, at: Element | DOMPoint): boolean {
    if (!isPending(row) && row.recalled_at)
      return false
    actions.openMenu(row, at)
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
    if (event.key === 'Escape') {
      if (event.shiftKey)
        actions.markAllRead()
      else
        actions.markRead()
      return true
    }
    const message = rowAt(target)
    if (message && event.key === 'Enter')
      return openMenuBeside(message, target)
    if (!message || isPending(message) || message.recalled_at)
      return false
    const { sender } = message
    const act = {
      'r': () => actions.canWrite() && actions.reply(message),
      'e': () => actions.canEdit(message) && actions.edit(message),
      '+': () => actions.canReact() && actions.openPalette(message, target),
      'c': () => actions.copy(message.content),
      'l': () => actions.copyLink(message),
      'p': () => actions.canPin() && actions.togglePin(message),
      'u': () => sender?.id !== userId && actions.markUnread(message),
      'i': () => sender && card.open(sender.id, target.querySelector('.face') ?? target),
      'Delete': () => actions.canRecall(message) && actions.recall(message),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    act?.()
    return act !== undefined
  }

  return { activeKey, onPointer, onLeave, onFocusIn, onFocusOut, onKeydown, onContextMenu, onPointerDown, onPointerEnd }
}
