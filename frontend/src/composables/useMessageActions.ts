import type { InjectionKey } from 'vue'
import type { Message, ReplyTo } from '@/api/types'
import type { PendingMessage } from '@/stores/messages'
import { inject } from 'vue'

/** What a person can do to a message; the room view provides it to everything in its log. */
export interface MessageActions {
  canWrite: () => boolean
  canEdit: (message: Message) => boolean
  canRecall: (message: Message) => boolean
  reply: (message: Message) => void
  edit: (message: Message) => void
  /** Puts the text of a recalled message back into the composer. */
  reedit: (message: Message) => void
  recalledText: (message: Message) => string | null
  recall: (message: Message) => void
  toggleReaction: (message: Message, emoji: string) => void
  copy: (text: string) => void
  goTo: (target: ReplyTo) => void
  retry: (pending: PendingMessage) => void
  discard: (pending: PendingMessage) => void
  openMenu: (message: Message, at: Element | DOMPoint) => void
  openPalette: (message: Message, at: Element | DOMPoint) => void
}

export const messageActionsKey: InjectionKey<MessageActions> = Symbol('message actions')

export function useMessageActions(): MessageActions {
  const actions = inject(messageActionsKey)
  if (!actions)
    throw new Error('no message actions above this component')
  return actions
}
