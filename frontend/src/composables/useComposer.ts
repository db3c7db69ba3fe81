import type { Message } from '@/api/types'
import { computed, reactive, ref } from 'vue'
import { useAccount } from './useAccount'
import { useDrafts } from './useDrafts'

export type ComposerMode = { kind: 'write' } | { kind: 'reply', to: Message } | { kind: 'edit', message: Message }

/** What is being written into one room: a draft, perhaps in reply, or the new text of an old message. */
export function useComposer(roomId: number, onError: (error: unknown) => void) {
  const { messages, presence, session } = useAccount()
  const drafts = useDrafts()
  const mode = ref<ComposerMode>({ kind: 'write' })
  const edited = ref('')
  const mentioned = reactive(new Map<number, string>())

  const text = computed({
    get: () => mode.value.kind === 'edit' ? edited.value : drafts.get(roomId),
    set: (value: string) => mode.value.kind === 'edit' ? edited.value = value : write(value),
  })
  const limit = computed(() => session.limits?.content_chars ?? 8000)
  const excess = computed(() => Math.max(0, [...text.value].length - limit.value))
  const canSubmit = computed(() => text.value.trim() !== '' && excess.value === 0)

  function write(value: string) {
    drafts.set(roomId, value)
    if (value.trim())
      presence.typed(roomId)
  }

  function submit(): boolean {
    if (!canSubmit.value)
      return false
    if (mode.value.kind === 'edit')
      void saveEdit(mode.value.message)
    else
      sendDraft()
    return true
  }

  function sendDraft() {
    const content = text.value.trim()
    const mentions = [...mentioned].filter(([, name]) => content.includes(`@${name}`)).map(([id]) => id)
    const replyTo = mode.value.kind === 'reply' ? mode.value.to.id : undefined
    drafts.set(roomId, '')
    leaveMode()
    mentioned.clear()
    messages.send(roomId, { content, ...(replyTo && { reply_to: replyTo }), ...(mentions.length && { mentions }) })
  }

  async function saveEdit(message: Message) {
    const content = edited.value.trim()
    leaveMode()
    try {
      if (content !== message.content)
        await messages.edit(message, content)
    }
    catch (error) {
      edit(message, content)
      onError(error)
    }
  }

  function reply(to: Message) {
    mode.value = { kind: 'reply', to }
  }

  function edit(message: Message, content = message.content) {
    edited.value = content
    mode.value = { kind: 'edit', message }
  }

  function leaveMode() {
    mode.value = { kind: 'write' }
  }

  return { mode, text, excess, canSubmit, mentioned, submit, reply, edit, leaveMode }
}
