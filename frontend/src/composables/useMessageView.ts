import type { ComputedRef } from 'vue'
import type { Message, ReplyTo, Sender } from '@/api/types'
import type { Mentionable } from '@/components/message/message-tokens'
import type { PendingMessage } from '@/stores/messages'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { EVERYONE, WHOEVER_IS_HERE } from '@/components/message/message-tokens'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useDates } from './useDates'
import { useNameOf } from './useNameOf'

/** What comes along of a message that some members may not read. */
const WITHHELD = '…'

export interface MessageView {
  me: number
  stored: Message | null
  pending: PendingMessage | null
  sender: Sender | null
  name: string
  own: boolean
  mentioned: Mentionable[]
  mentionsMe: boolean
  reply: ReplyTo | null
  /** Author, text, time, then the state: what a screen reader says. */
  label: string
}

export function useMessageView(message: () => Message | PendingMessage): ComputedRef<MessageView> {
  const { session, users, messages, userId } = useAccount()
  const { t } = useI18n()
  const dates = useDates()
  const nameOf = useNameOf()

  return computed(() => {
    const row = message()
    const stored = isPending(row) ? null : row
    const pending = isPending(row) ? row : null
    const sender = stored ? stored.sender : session.me
    const own = pending !== null || sender?.id === userId
    const name = nameOf(sender)
    const mentionsMe = !own && stored !== null && !stored.recalled_at && addresses(stored)
    const view = { me: userId, stored, pending, sender, name, own, mentioned: mentionedIn(row), mentionsMe, reply: replyOf(row) }
    return { ...view, label: labelOf(view, row) }
  })

  function addresses(row: Message): boolean {
    return row.mention_all || row.mention_here || row.mentions.includes(userId) || row.reply_to?.sender?.id === userId
  }

  function mentionedIn(row: Message | PendingMessage): Mentionable[] {
    const people = (row.mentions ?? []).map((id) => {
      const user = users.get(id)
      return { id, names: user ? [user.display_name, user.username] : [] }
    })
    const calls = [...row.mention_all ? EVERYONE : [], ...row.mention_here ? WHOEVER_IS_HERE : []]
    return calls.length > 0 ? [...people, { id: 'all' as const, names: calls }] : people
  }

  /** One that is not stored yet names only the id of what it answers; the excerpt may be withheld, and be read here. */
  function replyOf(row: Message | PendingMessage): ReplyTo | null {
    const quoted = isPending(row) ? null : row.reply_to
    const id = isPending(row) ? row.reply_to : quoted?.excerpt === WITHHELD && quoted.id
    if (!id)
      return quoted
    const answered = messages.timeline(row.room_id).rows.find(other => !isPending(other) && other.id === id)
    return answered && !isPending(answered)
      ? { id: answered.id, seq: answered.seq, sender: answered.sender, excerpt: answered.content }
      : quoted
  }

  function labelOf(view: Omit<MessageView, 'label'>, row: Message | PendingMessage): string {
    const { stored, pending, name } = view
    if (stored?.recalled_at)
      return view.own ? t('message.recalledMine') : t('message.recalled', { name })
    const reactions = stored?.reactions.reduce((sum, reaction) => sum + reaction.count, 0) ?? 0
    return [
      name,
      row.content,
      dates.time(row.created_at),
      stored?.edited_at && t('message.label.edited'),
      view.reply && t('message.replyTo', { name: nameOf(view.reply.sender) }),
      reactions && t('message.label.reactions', reactions),
      view.mentionsMe && t('message.mentionsYou'),
      pending && t(pending.state === 'failed' ? 'message.label.failed' : 'message.label.sending'),
    ].filter(Boolean).join(', ')
  }
}
