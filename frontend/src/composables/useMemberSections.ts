import type { Member } from '@/api/types'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'

const RANK = { owner: 0, admin: 1, member: 2 }

/** Members by presence, then by role, then by name. */
export function useMemberSections(roomId: () => number) {
  const { members, presence, users } = useAccount()
  const { locale } = useI18n()

  return computed(() => {
    const byName = new Intl.Collator(locale.value)
    const sorted = members.of(roomId()).filter(({ role }) => role !== null).toSorted((a, b) =>
      RANK[a.role ?? 'member'] - RANK[b.role ?? 'member'] || byName.compare(users.nameOf(a.user), users.nameOf(b.user)))
    const isAway = ({ user }: Member) => presence.statusOf(user.id) === 'offline'
    return [
      { key: 'online' as const, members: sorted.filter(member => !isAway(member)) },
      { key: 'offline' as const, members: sorted.filter(isAway) },
    ].filter(section => section.members.length)
  })
}
