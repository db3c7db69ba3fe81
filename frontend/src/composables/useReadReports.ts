import type { Ref } from 'vue'
import type { useScrollAnchor } from './useScrollAnchor'
import type { Message } from '@/api/types'
import type { TimelineView } from '@/stores/messages'
import { shallowRef, watch } from 'vue'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useFocused } from './useFocused'

interface Sight {
  timeline: TimelineView
  anchor: ReturnType<typeof useScrollAnchor>
  /** The newest messages are drawn. */
  holdsNewest: Ref<boolean>
  /** The view stands where it is meant to stand. */
  placed: Ref<boolean>
}

/** Marks as read what was really seen: in view, in a window that somebody is at. */
export function useReadReports(roomId: number, { timeline, anchor, holdsNewest, placed }: Sight) {
  const { rooms } = useAccount()
  const focused = useFocused()
  /** The newest message in view. */
  const seenSeq = shallowRef<number | null>(null)
  /** Somebody marked it unread again: it stays so until they come back or say otherwise. */
  let keepsUnread = false

  watch(focused, report)

  function report(): void {
    seenSeq.value = anchor.atEnd.value && holdsNewest.value ? newestSeq() : anchor.bottomSeq()
    if (focused.value && placed.value && !keepsUnread && seenSeq.value !== null)
      rooms.markRead(roomId, seenSeq.value)
  }

  function newestSeq(): number | null {
    return timeline.rows.findLast((row): row is Message => !isPending(row))?.seq ?? null
  }

  async function markUnread(seq: number): Promise<void> {
    keepsUnread = true
    await rooms.markUnread(roomId, seq)
  }

  /** All of it, seen or not. */
  function markRead(): void {
    keepsUnread = false
    rooms.markRead(roomId, rooms.get(roomId)?.last_seq ?? 0)
  }

  return { seenSeq, report, markUnread, markRead }
}
