import type { Ref } from 'vue'
import type { Room } from '@/api/types'
import type { TimelineView } from '@/stores/messages'
import { computed } from 'vue'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'

/** The next message that mentions me and that I have not come to: its seq and how many there are. */
export function useMentionJump(room: () => Room, timeline: TimelineView, seenSeq: Ref<number | null>) {
  const { userId } = useAccount()

  return computed(() => {
    const { mention_count = 0, first_mention_seq = null, last_read_seq = 0 } = room().membership ?? {}
    if (mention_count === 0)
      return null
    const seen = Math.max(last_read_seq, seenSeq.value ?? 0)
    const next = first_mention_seq !== null && first_mention_seq > seen ? first_mention_seq : heldAfter(seen)
    return next !== null ? { seq: next, count: mention_count } : null
  })

  function heldAfter(seq: number): number | null {
    const found = timeline.rows.find(row => !isPending(row) && row.seq > seq && row.sender?.id !== userId && (row.mention_all || row.mention_here || row.mentions.includes(userId)))
    return found && !isPending(found) ? found.seq : null
  }
}
