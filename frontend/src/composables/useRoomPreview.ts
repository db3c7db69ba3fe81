import type { Message, Room } from '@/api/types'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { withoutMarkup } from '@/components/message/without-markup'
import { useAccount } from './useAccount'
import { useDrafts } from './useDrafts'
import { useNameOf } from './useNameOf'
import { useSystemWords } from './useSystemWords'
import { useTypingWords } from './useTypingWords'

interface Preview { kind: 'typing' | 'draft' | 'sender' | 'plain', lead?: string, text: string }

/** The second line of a room in the list: who types, else what I began to write, else the last message. */
export function useRoomPreview(room: () => Room, isOpen: () => boolean) {
  const { userId } = useAccount()
  const { t } = useI18n()
  const nameOf = useNameOf()
  const drafts = useDrafts()
  const typing = useTypingWords()
  const system = useSystemWords()

  return computed<Preview>(() => {
    const typed = typing.inList(room().id)
    const draft = isOpen() ? '' : drafts.get(room().id)
    if (typed)
      return { kind: 'typing', text: typed }
    if (draft)
      return { kind: 'draft', lead: t('list.draft'), text: draft }
    return ofMessage(room().last_message)
  })

  function ofMessage(message: Message | null): Preview {
    if (!message)
      return { kind: 'plain', text: t('list.noMessages') }
    if (message.kind === 'system')
      return { kind: 'plain', text: system.sentence(message) }
    const lead = leadOf(message)
    return { ...(lead && { lead }), kind: 'sender', text: textOf(message) }
  }

  function leadOf({ sender }: Message): string {
    if (sender?.id === userId)
      return `${t('list.you')}:`
    return room().kind === 'direct' ? '' : `${nameOf(sender)}:`
  }

  function textOf(message: Message): string {
    if (message.recalled_at)
      return t('list.recalled')
    return withoutMarkup(message.content) || (message.attachments.length ? t('list.attachment') : '')
  }
}
