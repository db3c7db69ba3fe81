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
    // Who came in later finds it in its place; it was news to those who were here.
    return Date.parse(membership.announcement_read_at ?? membership.joined_at) < Date.parse(announced_at)
  })
  const markRead = () => told(api.rooms.readAnnouncement(room().id))
  return { text, isNews, markRead, userId }
}
