import type { Ref } from 'vue'
import type { useComposer } from './useComposer'
import type { MessageActions, MessageDialog } from './useMessageActions'
import type { Message, Timestamp } from '@/api/types'
import type { Row } from '@/stores/messages'
import { useI18n } from 'vue-i18n'
import { copyText } from './copy-text'
import { useAccount } from './useAccount'
import { usePermissions } from './usePermissions'
import { useReadAll } from './useReadAll'
import { useToasts } from './useToasts'
import { useTold } from './useTold'

interface Parts {
  composer: ReturnType<typeof useComposer>
  log: Ref<{
    goTo: (seq: number) => void
    goToDate: (at: Timestamp) => Promise<boolean>
    markUnread: (seq: number) => Promise<void>
    markRead: () => void
  } | undefined>
  menu: Ref<{
    open: (row: Row, at: Element | DOMPoint) => void
    openDialog: (dialog: MessageDialog) => void
  } | undefined>
  choosePalette: (message: Message, at: Element | DOMPoint) => void
}

/** What can be done to the messages of a room, with failures told where nothing else tells them. */
export function useRoomActions(roomId: number, { composer, log, menu, choosePalette }: Parts): MessageActions {
  const { address, messages, userId } = useAccount()
  const permissions = usePermissions(roomId)
  const readAll = useReadAll()
  const told = useTold()
  const toasts = useToasts()
  const { t } = useI18n()

  function toggleReaction(message: Message, emoji: string) {
    const mine = message.reactions.some(one => one.emoji === emoji && one.user_ids.includes(userId))
    void told(mine ? messages.unreact(message, emoji) : messages.react(message, emoji))
  }

  async function togglePin(message: Message) {
    const done = message.pinned_at ? 'message.unpinned' : 'message.pinned'
    if (await told(message.pinned_at ? messages.unpin(message) : messages.pin(message)))
      toasts.show(t(done))
  }

  async function copy(text: string) {
    // Where the browser gives no clipboard, the person copies what is shown.
    toasts.show(await copyText(text) ? t('app.copied') : text)
  }

  function reedit(message: Message) {
    composer.leaveMode()
    composer.text.value = messages.recalledText(message) ?? ''
  }

  return {
    ...permissions,
    reply: composer.reply,
    edit: message => composer.edit(message),
    reedit,
    recalledText: messages.recalledText,
    recall: message => void told(messages.recall(message)),
    togglePin,
    toggleReaction,
    copy,
    copyLink: async ({ seq }) => copy(new URL(messagePath(roomId, seq), await address.find()).href),
    goTo: ({ seq }) => log.value?.goTo(seq),
    goToDate: at => log.value?.goToDate(at) ?? Promise.resolve(false),
    markUnread: ({ seq }) => void told(log.value?.markUnread(seq) ?? Promise.resolve()),
    markRead: () => log.value?.markRead(),
    markAllRead() {
      log.value?.markRead()
      readAll()
    },
    retry: pending => messages.retry(pending.nonce),
    discard: pending => messages.cancel(pending.nonce),
    openMenu: (row, at) => menu.value?.open(row, at),
    openPalette: choosePalette,
    openDialog: dialog => menu.value?.openDialog(dialog),
  }
}

/** Inside the client; with the server's address before it, a link for anybody in the room. */
export const messagePath = (roomId: number, seq: number) => `/rooms/${roomId}?m=${seq}`
