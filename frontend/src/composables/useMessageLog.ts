import type { Ref } from 'vue'
import type { Message } from '@/api/types'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import { firstUnreadSeq, logRows } from '@/components/message/log-rows'
import { leavesWindow, windowAround } from '@/components/message/log-window'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useFocused } from './useFocused'
import { useScrollAnchor } from './useScrollAnchor'

const FAR_FROM_END = 240
const FLASH_MS = 2000

/** The log of one room: which part of its timeline is drawn, where the view stands, and what was read. */
export function useMessageLog(roomId: number, scroller: Ref<HTMLElement | undefined>, content: Ref<HTMLElement | undefined>) {
  const { messages, rooms, userId: me } = useAccount()
  const timeline = messages.timeline(roomId)
  const anchor = useScrollAnchor(scroller, content)
  const focused = useFocused()

  const pivot = shallowRef<number | null>(null)
  const unreadSeq = shallowRef<number | null>(null)
  const flashing = shallowRef<number | null>(null)
  const placed = ref(false)

  const span = computed(() => windowAround(timeline.rows, pivot.value))
  const drawn = computed(() => {
    const { start, end } = span.value
    return logRows(timeline.rows.slice(start, end), { me, unreadSeq: unreadSeq.value, before: timeline.rows[start - 1] ?? null })
  })
  const holdsNewest = computed(() => span.value.end === timeline.rows.length && !timeline.hasAfter)
  const isFarFromEnd = computed(() => !holdsNewest.value || anchor.fromEnd.value > FAR_FROM_END)

  watch(drawn, settle, { flush: 'post' })
  watch(focused, reportRead)

  /** After every change of the rows: hold the place, then see whether the view still has enough around it. */
  function settle() {
    anchor.restore()
    onScroll()
  }

  function onScroll() {
    anchor.remember()
    if (!placed.value)
      return
    recentre()
    loadMore()
    reportRead()
  }

  function recentre() {
    const top = anchor.topSeq()
    if (anchor.atEnd.value && holdsNewest.value)
      pivot.value = null
    else if (top !== null && (pivot.value === null || leavesWindow(timeline.rows, span.value, top)))
      pivot.value = top
  }

  function loadMore() {
    const box = scroller.value
    if (!box || timeline.loading || timeline.error)
      return
    if (span.value.start === 0 && timeline.hasBefore && box.scrollTop < box.clientHeight * 2)
      void messages.loadBefore(roomId)
    else if (span.value.end === timeline.rows.length && timeline.hasAfter && anchor.fromEnd.value < box.clientHeight * 2)
      void messages.loadAfter(roomId)
  }

  function reportRead() {
    const seen = anchor.atEnd.value && holdsNewest.value ? newestSeq() : anchor.bottomSeq()
    if (focused.value && placed.value && seen)
      rooms.markRead(roomId, seen)
  }

  function newestSeq(): number | null {
    return timeline.rows.findLast((row): row is Message => !isPending(row))?.seq ?? null
  }

  /** Opens where reading stopped; the line before what is unread stays there until the room is left. */
  async function open() {
    const membership = rooms.get(roomId)?.membership
    const readSeq = membership?.unread_count ? membership.last_read_seq : null
    await place(readSeq)
    await messages.open(roomId)
    if (readSeq !== null && firstUnreadSeq(timeline.rows, me, readSeq) === null)
      await messages.jumpTo(roomId, { seq: readSeq + 1 })
    if (!placed.value)
      await place(readSeq)
    placed.value = true
    onScroll()
  }

  async function place(readSeq: number | null) {
    unreadSeq.value = readSeq === null ? null : firstUnreadSeq(timeline.rows, me, readSeq)
    if (unreadSeq.value !== null)
      await show(unreadSeq.value)
    else if (readSeq === null)
      await nextTick(anchor.toEnd)
    placed.value = unreadSeq.value !== null
  }

  async function show(seq: number) {
    pivot.value = seq
    await nextTick()
    const row = anchor.rowOf(seq)
    if (row)
      anchor.toRow(row)
  }

  async function goTo(seq: number) {
    if (!timeline.rows.some(row => !isPending(row) && row.seq === seq))
      await messages.jumpTo(roomId, { seq })
    await show(seq)
    anchor.rowOf(seq)?.querySelector<HTMLElement>('article')?.focus({ preventScroll: true })
    flashing.value = seq
    setTimeout(() => flashing.value = null, FLASH_MS)
  }

  async function goToNewest() {
    if (timeline.hasAfter)
      await messages.jumpToNewest(roomId)
    pivot.value = null
    await nextTick(anchor.toEnd)
  }

  return { timeline, drawn, span, flashing, isFarFromEnd, open, onScroll, goTo, goToNewest }
}
