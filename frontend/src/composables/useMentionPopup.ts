import type { Ref } from 'vue'
import type { Room, User } from '@/api/types'
import { computed, nextTick, ref, useId } from 'vue'
import { isPlainEnter } from '@/components/message/enter-key'
import { matchesName, mentionQuery } from '@/components/message/mention-query'
import { useAccount } from './useAccount'

const SHOWN_MAX = 8

/** The people offered after an @, anywhere in the text: Chinese puts no space before it. */
export function useMentionPopup(area: Ref<HTMLTextAreaElement | undefined>, room: Room, text: Ref<string>, mentioned: Map<number, string>) {
  const { members, userId } = useAccount()
  const id = useId()
  const query = ref<{ start: number, text: string } | null>(null)
  const at = ref(0)

  const found = computed<User[]>(() => query.value === null || room.kind === 'direct'
    ? []
    : members.of(room.id).map(({ user }) => user).filter(user => user.id !== userId && matchesName(query.value!.text, user)).slice(0, SHOWN_MAX))
  const open = computed(() => found.value.length > 0)
  const aria = computed(() => open.value
    ? { 'aria-autocomplete': 'list' as const, 'aria-controls': id, 'aria-activedescendant': `${id}-${at.value}` }
    : {})

  function look() {
    const box = area.value
    const isCaret = box && box.selectionStart === box.selectionEnd
    query.value = isCaret ? mentionQuery(box.value, box.selectionStart) : null
    at.value = 0
    if (query.value && room.kind !== 'direct')
      void members.load(room.id)
  }

  function close() {
    query.value = null
  }

  async function pick(user: User) {
    const box = area.value
    if (!box || !query.value)
      return
    const { start } = query.value
    const end = box.selectionStart
    mentioned.set(user.id, user.display_name)
    text.value = `${text.value.slice(0, start)}@${user.display_name} ${text.value.slice(end)}`
    close()
    await nextTick()
    const caret = start + user.display_name.length + 2
    box.setSelectionRange(caret, caret)
  }

  /** True when the key was for the popup. */
  function onKeydown(event: KeyboardEvent): boolean {
    if (!open.value || event.isComposing)
      return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const chosen = isPlainEnter(event) || event.key === 'Tab' ? found.value[at.value] : undefined
    if (step)
      at.value = (at.value + step + found.value.length) % found.value.length
    else if (chosen)
      void pick(chosen)
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
