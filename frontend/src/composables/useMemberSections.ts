import type { Member } from '@/api/types'
import { computed, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { plainly } from '@/components/start/switcher-ranking'
import { useAccount } from './useAccount'

const RANK = { owner: 0, admin: 1, member: 2 }

/** Members by presence, then by role, then by name; of those only who are called like `words`, or so in pinyin. */
export function useMemberSections(roomId: () => number, words: () => string = () => '') {
  const { members, presence, users } = useAccount()
  const { locale } = useI18n()
  const matches = shallowRef(plainly)
  const wanted = computed(() => words().trim())

  watch(wanted, async () => matches.value = (await import('pinyin-match')).default.match, { once: true })

  function isWanted({ user }: Member): boolean {
    const names = [users.nameOf(user), users.ownNameOf(user), user.username]
    return !wanted.value || names.some(name => plainly(name, wanted.value) || matches.value(name, wanted.value))
  }

  // Sorted apart from who is there, which changes far more often.
  const sorted = computed(() => {
    const byName = new Intl.Collator(locale.value)
    return members.of(roomId()).toSorted((a, b) =>
      RANK[a.role ?? 'member'] - RANK[b.role ?? 'member'] || byName.compare(users.nameOf(a.user), users.nameOf(b.user)))
  })
  const found = computed(() => sorted.value.filter(isWanted))

  return computed(() => {
    const isAway = ({ user }: Member) => presence.statusOf(user.id) === 'offline'
    return [
      { key: 'online' as const, members: found.value.filter(member => !isAway(member)) },
      { key: 'offline' as const, members: found.value.filter(isAway) },
    ].filter(section => section.members.length)
  })
}
