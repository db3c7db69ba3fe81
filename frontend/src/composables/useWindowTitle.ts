import { computed, onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { badgeCount } from '@/components/room/badge-count'
import { useAccount } from './useAccount'
import { useNotices } from './useNotices'
import { useRoomTitle } from './useRoomTitle'

/** How a window that nobody looks at tells of what is new. (3) 设计组: what mentions me is counted, the rest is a dot. */
export function useWindowTitle() {
  const { rooms, platform } = useAccount()
  const titleOf = useRoomTitle()
  useNotices()
  const { t } = useI18n()
  const route = useRoute()

  const title = computed(() => {
    const room = rooms.get(Number(route.params.id))
    const name = room ? titleOf(room) : t('app.name')
    if (rooms.mentionTotal)
      return `(${badgeCount(rooms.mentionTotal)}) ${name}`
    return rooms.unreadTotal ? `• ${name}` : name
  })

  // A message that is read as it comes does not blink: by then its unread count has come and gone.
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(title, () => timer ??= setTimeout(show), { immediate: true })
  watch([() => rooms.mentionTotal, () => rooms.unreadTotal > 0], ([mentions, unread]) => platform.setBadge({ mentions, unread }), { immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    document.title = t('app.name')
    platform.setBadge({ mentions: 0, unread: false })
  })

  function show() {
    timer = undefined
    if (document.title !== title.value)
      document.title = title.value
  }
}
