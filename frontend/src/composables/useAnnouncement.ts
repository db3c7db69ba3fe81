import type { Room } from '@/api/types'
import { computed } from 'vue'
import { useAccount } from './useAccount'
import { useTold } from './useTold'

/** What a room announces, and whether I have said that I read it. */
export function useAnnouncement(room: () => Room) {
  const { api, userId } = useAccount()
  const told = useTold()
  const text = computed(() => room().announced_at ? room().announcement : '')
  const isNews = computed(() => {
    const { announced_at, membership } = room()
    if (!text.value || !announced_at || !membership)
      return false
    const read_at = membership.announcement_read_at
    return read_at === null || Date.parse(read_at) < Date.parse(announced_at)
  })
  const markRead = () => told(api.rooms.readAnnouncement(room().id))
  return { text, isNews, markRead, userId }
}
