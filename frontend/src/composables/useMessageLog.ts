import type { Ref } from 'vue'
import type { Timestamp } from '@/api/types'
import { computed, nextTick, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { firstUnreadSeq, latestOwnKey, logRows } from '@/components/message/log-rows'
import { leavesWindow, rowsThatFit, windowAround } from '@/components/message/log-window'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useReadReports } from './useReadReports'
import { useScrollAnchor } from './useScrollAnchor'

const FAR_FROM_END = 240
const FLASH_MS = 2000
/** Longer than any catch-up takes. */
const CATCH_UP_MS = 5000

/** The log of one room: which part of its timeline is drawn, where the view stands, and what was read. */
export function useMessageLog(roomId: number, scroller: Ref<HTMLElement | undefined>, content: Ref<HTMLElement | undefined>) {
  const { messages, rooms, session, userId: me } = useAccount()
  const timeline = messages.timeline(roomId)
  const anchor = useScrollAnchor(scroller, content)

  const pivot = shallowRef<number | null>(null)
  const unreadSeq = shallowRef<number | null>(null)
  const flashing = shallowRef<number | null>(null)
  const placed = ref(false)
  let isOver = false
  /** The rows are changing for a place that is not reached yet: where the view stands meanwhile says nothing. */
  let isMoving = false
  let stopReadingAlong = () => {}

  const span = computed(() => windowAround(timeline.rows, pivot.value, rowsThatFit(innerHeight)))
  const drawn = computed(() => {
    const { start, end } = span.value
    return logRows(timeline.rows.slice(start, end), { me, unreadSeq: unreadSeq.value, before: timeline.rows[start - 1] ?? null })
  })
  const holdsNewest = computed(() => span.value.end === timeline.rows.length && !timeline.hasAfter)
  const isFarFromEnd = computed(() => !holdsNewest.value || anchor.fromEnd.value > FAR_FROM_END)
  const latestOwn = computed(() => timeline.hasAfter ? null : latestOwnKey(timeline.rows, me))
  const reading = useReadReports(roomId, { timeline, anchor, holdsNewest, placed })

  watch(drawn, settle, { flush: 'post' })
  onBeforeUnmount(() => {
    isOver = true
    stopReadingAlong()
    messages.leave(roomId)
  })

  /** After every change of the rows: hold the place, then see whether the view still has enough around it. */
  function settle() {
    anchor.restore()
    onScroll()
  }

  function onScroll() {
    anchor.remember()
    if (!placed.value || isMoving)
      return
    recentre()
    loadMore()
    reading.report()
  }

  function recentre() {
    const top = anchor.topSeq()
    if (anchor.atEnd.value && holdsNewest.value)
      pivot.value = null
    else if (top !== null && (pivot.value === null || leavesWindow(timeline.rows, span.value, top, rowsThatFit(innerHeight))))
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

  /**
   * Opens where reading stopped; the line before what is unread stays there until the room is left. What this device
   * kept is shown first, but where reading stopped only the server knows: until it has spoken nothing counts as read.
   */
  async function open(target: number | null = null) {
    await messages.restore(roomId)
    if (!isUpToDate()) {
      await nextTick(anchor.toEnd)
      await upToDate()
    }
    if (isOver)
      return
    const membership = rooms.get(roomId)?.membership
    const readSeq = membership?.unread_count ? membership.last_read_seq : null
    await place(readSeq)
    if (!placed.value) {
      await (readSeq === null ? messages.open(roomId) : messages.jumpTo(roomId, { seq: readSeq + 1 }))
      await place(readSeq)
    }
    if (target !== null)
      await goTo(target)
    placed.value = true
    onScroll()
    readAlong()
  }

  /**
   * What comes in while the view follows the end is read before it is drawn: else the list would draw it as unread, and
   * then again as read. A watcher that no component made runs before any of them is drawn.
   */
  function readAlong() {
    stopReadingAlong()
    stopReadingAlong = watch(() => timeline.rows, () => {
      if (!isMoving && anchor.atEnd.value && holdsNewest.value)
        reading.report()
    })
  }

  const isUpToDate = () => session.limits !== null && !messages.isBehind(roomId)

  /** Connected for the first time, and everything that was promised has come; or a page is asked for after all. */
  function upToDate(): Promise<void> {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const stop = watch([() => session.limits, isUpToDate], () => {
        clearTimeout(timer)
        if (isUpToDate())
          settled()
        else if (session.limits !== null)
          timer = setTimeout(settled, CATCH_UP_MS)
      }, { immediate: true })

      function settled() {
        stop()
        resolve()
      }
    })
  }

  async function place(readSeq: number | null) {
    unreadSeq.value = readSeq === null ? null : firstUnreadSeq(timeline.rows, me, readSeq)
    if (unreadSeq.value !== null)
      await show(unreadSeq.value)
    else if (readSeq === null && anchor.atEnd.value)
      await nextTick(anchor.toEnd)
    placed.value = unreadSeq.value !== null
  }

  async function show(seq: number) {
    pivot.value = seq
    isMoving = true
    await nextTick()
    isMoving = false
    const row = anchor.rowOf(seq)
    if (row)
      anchor.toRow(row)
  }

  async function goTo(seq: number) {
    const isHeld = timeline.rows.some(row => !isPending(row) && row.seq === seq)
    const found = isHeld ? seq : await messages.jumpTo(roomId, { seq })
    if (found !== null)
      await land(found)
  }

  /** -> false when nothing could be had. */
  async function goToDate(at: Timestamp): Promise<boolean> {
    const seq = await messages.jumpTo(roomId, { at })
    if (seq !== null)
      await land(seq)
    return seq !== null
  }

  async function land(seq: number) {
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

  async function markUnread(seq: number) {
    await reading.markUnread(seq)
    unreadSeq.value = seq
  }

  /** Everything is read: the line goes, and the newest message comes into view. */
  function markRead() {
    reading.markRead()
    unreadSeq.value = null
    void goToNewest()
  }

  return {
    timeline, drawn, span, flashing, isFarFromEnd, latestOwn, seenSeq: reading.seenSeq,
    open, onScroll, goTo, goToDate, goToNewest, markUnread, markRead,
  }
}
