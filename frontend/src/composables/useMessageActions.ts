import type { InjectionKey } from 'vue'
import type { Message, ReplyTo, Timestamp } from '@/api/types'
import type { PendingMessage, Row } from '@/stores/messages'
import { inject } from 'vue'

/** What opens over the log about one of its messages or days. */
export type MessageDialog
  = | { kind: 'readers' | 'reactions', message: Message }
    | { kind: 'date', at: Timestamp }

/** What a person can do to a message; the room view provides it to everything in its log. */
export interface MessageActions {
  canWrite: () => boolean
  canReact: () => boolean
  canPin: () => boolean
  canEdit: (message: Message) => boolean
  canRecall: (message: Message) => boolean
  reply: (message: Message) => void
  edit: (message: Message) => void
  /** Puts the text of a recalled message back into the composer. */
  reedit: (message: Message) => void
  recalledText: (message: Message) => string | null
  recall: (message: Message) => void
  togglePin: (message: Message) => void
  toggleReaction: (message: Message, emoji: string) => void
  copy: (text: string) => void
  copyLink: (message: Message) => void
  goTo: (target: Pick<ReplyTo, 'seq'>) => void
  /** -> whether there was anything. */
  goToDate: (at: Timestamp) => Promise<boolean>
  markUnread: (message: Message) => void
  markRead: () => void
  /** Every room, not this one alone. */
  markAllRead: () => void
  retry: (pending: PendingMessage) => void
  discard: (pending: PendingMessage) => void
  openMenu: (row: Row, at: Element | DOMPoint) => void
  openPalette: (message: Message, at: Element | DOMPoint) => void
  openDialog: (dialog: MessageDialog) => void
}

export const messageActionsKey: InjectionKey<MessageActions> = Symbol('message actions')

export function useMessageActions(): MessageActions {
  const actions = inject(messageActionsKey)
  if (!actions)
    throw new Error('no message actions above this component')
  return actions
}
