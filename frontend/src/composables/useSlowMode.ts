import { computed, onScopeDispose, ref } from 'vue'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { usePermissions } from './usePermissions'

/** Seconds until the room lets me write again; 0 where it is not slow, and for those who lead it. */
export function useSlowMode(roomId: number) {
  const { messages, rooms, userId } = useAccount()
  const { leads } = usePermissions(roomId)
  const now = ref(Date.now())
  const timer = setInterval(() => now.value = Date.now(), 1000)
  onScopeDispose(() => clearInterval(timer))

  return computed(() => {
    const pause = rooms.get(roomId)?.rules.slow_seconds ?? 0
    if (pause === 0 || leads())
      return 0
    const last = messages.timeline(roomId).rows.findLast(row => isPending(row) || row.sender?.id === userId)
    return last === undefined ? 0 : Math.max(0, Math.ceil(pause - (now.value - Date.parse(last.created_at)) / 1000))
  })
}
