import type { Ref } from 'vue'
import type { useComposer } from './useComposer'
import type { MessageActions } from './useMessageActions'
import type { Message, ReplyTo } from '@/api/types'
import { useI18n } from 'vue-i18n'
import { copyText } from './copy-text'
import { useAccount } from './useAccount'
import { useErrorText } from './useErrorText'
import { usePermissions } from './usePermissions'
import { useToasts } from './useToasts'

interface Parts {
  composer: ReturnType<typeof useComposer>
  log: Ref<{ goTo: (seq: number) => void } | undefined>
  menu: Ref<{ open: (message: Message, at: Element | DOMPoint) => void } | undefined>
  choosePalette: (message: Message, at: Element | DOMPoint) => void
}

/** What can be done to the messages of a room, with failures told where nothing else tells them. */
export function useRoomActions(roomId: number, { composer, log, menu, choosePalette }: Parts): MessageActions {
  const { messages, userId } = useAccount()
  const permissions = usePermissions(roomId)
  const errorText = useErrorText()
  const toasts = useToasts()
  const { t } = useI18n()
  const recalled = new Map<number, string>()

  const tell = (error: unknown) => toasts.show(errorText(error), { bad: true })

  async function recall(message: Message) {
    const own = message.sender?.id === userId
    if (own)
      recalled.set(message.id, message.content)
    await messages.recall(message).catch(tell)
  }

  function toggleReaction(message: Message, emoji: string) {
    const mine = message.reactions.some(one => one.emoji === emoji && one.user_ids.includes(userId))
    void (mine ? messages.unreact(message, emoji) : messages.react(message, emoji)).catch(tell)
  }

  async function copy(text: string) {
    if (await copyText(text))
      toasts.show(t('app.copied'))
  }

  function reedit(message: Message) {
    composer.leaveMode()
    composer.text.value = recalled.get(message.id) ?? ''
  }

  return {
    ...permissions,
    reply: composer.reply,
    edit: message => composer.edit(message),
    reedit,
    recalledText: message => recalled.get(message.id) ?? null,
    recall,
    toggleReaction,
    copy,
    goTo: (target: ReplyTo) => log.value?.goTo(target.seq),
    retry: pending => messages.retry(pending.nonce),
    discard: pending => messages.cancel(pending.nonce),
    openMenu: (message, at) => menu.value?.open(message, at),
    openPalette: choosePalette,
  }
}
