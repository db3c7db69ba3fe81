import type { Message, Sender } from '@/api/types'
import { computed, ref, shallowRef } from 'vue'
import { useAccount } from './useAccount'
import { useSlowMode } from './useSlowMode'

/** They stand among the people that can be mentioned. */
export const EVERYBODY: Sender = { id: 0, username: 'all', display_name: '', avatar_url: null, is_bot: false }
export const WHO_IS_HERE: Sender = { ...EVERYBODY, id: -1, username: 'here' }

export type ComposerMode = { kind: 'write' } | { kind: 'reply', to: number } | { kind: 'edit', message: Message }

/** What is being written into one room: a draft, perhaps in reply, or the new text of an old message. */
export function useComposer(roomId: number, onError: (error: unknown) => void) {
  const { drafts, messages, presence, session } = useAccount()
  const editing = shallowRef<Message | null>(null)
  const edited = ref('')
  const replyTo = computed(() => drafts.replyOf(roomId))
  const mode = computed<ComposerMode>(() => {
    if (editing.value)
      return { kind: 'edit', message: editing.value }
    return replyTo.value ? { kind: 'reply', to: replyTo.value } : { kind: 'write' }
  })

  const text = computed({
    get: () => mode.value.kind === 'edit' ? edited.value : drafts.get(roomId),
    set: (value: string) => mode.value.kind === 'edit' ? edited.value = value : write(value),
  })
  const limit = computed(() => session.limits?.content_chars ?? 8000)
  const excess = computed(() => Math.max(0, [...text.value].length - limit.value))
  const slowFor = useSlowMode(roomId)
  const waitSeconds = computed(() => mode.value.kind === 'edit' ? 0 : slowFor.value)
  const canSubmit = computed(() => text.value.trim() !== '' && excess.value === 0 && waitSeconds.value === 0)

  /** An empty draft is kept nowhere; what is undone until nothing is left comes back by redo, and must still mean them. */
  const picked = new Map<number, string>()

  function write(value: string) {
    drafts.mentionsOf(roomId).forEach(([id, name]) => picked.set(id, name))
    drafts.set(roomId, value, [...picked])
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
    const named = drafts.mentionsOf(roomId).filter(([, name]) => content.includes(`@${name}`)).map(([id]) => id)
    const mentions = named.filter(id => id > 0)
    const reply_to = replyTo.value
    picked.clear()
    drafts.clear(roomId)
    messages.send(roomId, { content, ...(reply_to && { reply_to }), ...(mentions.length && { mentions }), ...(named.includes(EVERYBODY.id) && { mention_all: true }), ...(named.includes(WHO_IS_HERE.id) && { mention_here: true }) })
  }

  /** Picked from the list: whoever has the same name is somebody else. */
  function mention(id: number, name: string) {
    drafts.set(roomId, drafts.get(roomId), [...drafts.mentionsOf(roomId).filter(([known]) => known !== id), [id, name]])
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
    editing.value = null
    drafts.answer(roomId, to.id)
  }

  function edit(message: Message, content = message.content) {
    edited.value = content
    editing.value = message
  }

  function leaveMode() {
    if (editing.value)
      editing.value = null
    else
      drafts.answer(roomId, null)
  }

  return { mode, text, excess, waitSeconds, canSubmit, mention, submit, reply, edit, leaveMode }
}
