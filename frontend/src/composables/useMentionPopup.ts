import type { Ref } from 'vue'
import type { Room, Sender } from '@/api/types'
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { matchesName, mentionQuery } from '@/components/message/mention-query'
import { plainly } from '@/components/start/switcher-ranking'
import { useAccount } from './useAccount'
import { EVERYBODY, WHO_IS_HERE } from './useComposer'
import { usePermissions } from './usePermissions'
import { useSuggestions } from './useSuggestions'

const SHOWN_MAX = 8

/** The people offered after an @, anywhere in the text: Chinese puts no space before it. */
export function useMentionPopup(area: Ref<HTMLTextAreaElement | undefined>, room: Room, mention: (id: number, name: string) => void) {
  const { members, users, userId } = useAccount()
  const { t } = useI18n()
  const permissions = usePermissions(room.id)
  const matches = shallowRef(plainly)

  function offer(typed: string): Sender[] {
    const others = members.of(room.id).filter(({ user }) => user.id !== userId).map(({ user }) => ({ ...user, display_name: users.ownNameOf(user) }))
    const all = permissions.canCall('mention_all') ? [{ ...EVERYBODY, display_name: t('composer.everyone') }] : []
    const here = permissions.canCall('mention_here') ? [{ ...WHO_IS_HERE, display_name: t('composer.here') }] : []
    return [...others, ...all, ...here].filter(one => matchesName(typed, [users.nameOf(one), one.display_name, one.username], matches.value)).slice(0, SHOWN_MAX)
  }

  async function prepare() {
    void members.load(room.id)
    matches.value = (await import('pinyin-match')).default.match
  }

  return useSuggestions<Sender>(area, {
    find: (typed, caret) => room.kind === 'direct' ? null : mentionQuery(typed, caret),
    offer,
    write: user => `@${user.display_name} `,
    taken: user => mention(user.id, user.display_name),
    begin: () => void prepare(),
  })
}
