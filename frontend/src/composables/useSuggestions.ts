import type { Ref } from 'vue'
import { computed, ref, useId } from 'vue'
import { isPlainEnter } from '@/components/message/enter-key'
import { rewrite } from '@/components/message/rewrite'

export interface Query { start: number, text: string }

export interface Suggesting<Item> {
  /** What is being typed before the caret, if it is such a word. */
  find: (text: string, caret: number) => Query | null
  offer: (typed: string) => Item[]
  /** -> what stands there instead of the word. */
  write: (item: Item) => string
  taken?: (item: Item) => void
  /** Once for each word, not for each letter of it. */
  begin?: () => void
}

/** What is offered for the word that is being typed: arrows walk it, Enter and Tab take from it. */
export function useSuggestions<Item>(area: Ref<HTMLTextAreaElement | undefined>, { find, offer, write, taken, begin }: Suggesting<Item>) {
  const id = useId()
  const query = ref<Query | null>(null)
  const at = ref(0)

  const found = computed<Item[]>(() => query.value ? offer(query.value.text) : [])
  const open = computed(() => found.value.length > 0)
  const aria = computed(() => open.value
    ? { 'aria-autocomplete': 'list' as const, 'aria-controls': id, 'aria-activedescendant': `${id}-${at.value}` }
    : {})

  function look() {
    const box = area.value
    const isCaret = box && box.selectionStart === box.selectionEnd
    const before = query.value?.start
    query.value = isCaret ? find(box.value, box.selectionStart) : null
    at.value = 0
    if (query.value && query.value.start !== before)
      begin?.()
  }

  function close() {
    query.value = null
  }

  function pick(item: Item) {
    const box = area.value
    if (!box || !query.value)
      return
    rewrite(box, query.value.start, box.selectionStart, write(item))
    taken?.(item)
    close()
  }

  /** True when the key was for the list. */
  function onKeydown(event: KeyboardEvent): boolean {
    if (!open.value || event.isComposing)
      return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const chosen = isPlainEnter(event) || event.key === 'Tab' ? found.value[at.value] : undefined
    if (step)
      at.value = (at.value + step + found.value.length) % found.value.length
    else if (chosen)
      pick(chosen)
    else if (event.key === 'Escape')
      close()
    else
      return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  return { id, open, found, at, aria, look, close, pick, onKeydown }
}
