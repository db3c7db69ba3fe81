import { computed, onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { badgeCount } from '@/components/room/badge-count'
import { useAccount } from './useAccount'
import { useRoomTitle } from './useRoomTitle'

/** (3) 设计组: what mentions me is counted, anything else unread is a dot. */
export function useWindowTitle() {
  const { rooms, platform } = useAccount()
  const titleOf = useRoomTitle()
  const { t } = useI18n()
  const route = useRoute()

  const title = computed(() => {
    const room = rooms.get(Number(route.params.id))
    const name = room ? titleOf(room) : t('app.name')
    if (rooms.mentionTotal)
      return `(${badgeCount(rooms.mentionTotal)}) ${name}`
    return rooms.unreadTotal ? `• ${name}` : name
  })

  const badge = computed(() => ({ mentions: rooms.mentionTotal, unread: rooms.unreadTotal > 0 }))

  watch([title, badge], show, { immediate: true })
  onScopeDispose(() => show([t('app.name'), { mentions: 0, unread: false }]))

  function show([text, shown]: [string, { mentions: number, unread: boolean }]) {
    platform.setBadge(shown)
    document.title = text
  }
}
