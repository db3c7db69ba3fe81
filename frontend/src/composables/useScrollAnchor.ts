import type { Ref } from 'vue'
import { onBeforeUnmount, onMounted, ref } from 'vue'

const NEAR_END = 40

/**
 * Keeps what is read where it is, whatever grows or shrinks around it: at the end the view follows the end,
 * elsewhere the first whole row holds its place. The rows are the children of `content` with a `data-seq`.
 */
export function useScrollAnchor(scroller: Ref<HTMLElement | undefined>, content: Ref<HTMLElement | undefined>) {
  const atEnd = ref(true)
  const fromEnd = ref(0)
  let held: { row: HTMLElement, top: number } | null = null
  let observer: ResizeObserver | undefined

  /** Call it on every scroll: a change of size is seen after the scroll events of its frame, and before the paint. */
  function remember() {
    const box = scroller.value
    if (!box)
      return
    fromEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight
    atEnd.value = fromEnd.value <= NEAR_END
    // At the end the end is held: no row need be looked for.
    const row = atEnd.value ? undefined : firstIn(box)
    held = row ? { row, top: topIn(box, row) } : null
  }

  function restore() {
    const box = scroller.value
    if (!box)
      return
    if (atEnd.value)
      box.scrollTop = box.scrollHeight
    else if (held?.row.isConnected)
      box.scrollTop += topIn(box, held.row) - held.top
  }

  function toEnd() {
    atEnd.value = true
    restore()
    remember()
  }

  /** Puts a row a quarter down the view, where the eye lands, with what came before it in sight. */
  function toRow(row: HTMLElement) {
    const box = scroller.value
    if (!box)
      return
    box.scrollTop += topIn(box, row) - box.clientHeight / 4
    remember()
  }

  const rows = () => [...content.value?.querySelectorAll<HTMLElement>(':scope > [data-seq]') ?? []]
  const rowOf = (seq: number) => content.value?.querySelector<HTMLElement>(`:scope > [data-seq="${seq}"]`) ?? null
  const topIn = (box: HTMLElement, row: HTMLElement) => row.getBoundingClientRect().top - box.getBoundingClientRect().top
  const seqOf = (row: HTMLElement | null | undefined) => row ? Number(row.dataset.seq) : null

  function firstIn(box: HTMLElement): HTMLElement | undefined {
    const { top } = box.getBoundingClientRect()
    return rows().find(row => row.getBoundingClientRect().top >= top)
  }

  function topSeq(): number | null {
    return seqOf(held?.row ?? (scroller.value && firstIn(scroller.value)) ?? rows().at(-1))
  }

  /** The last row that is wholly in view. */
  function bottomSeq(): number | null {
    const bottom = scroller.value?.getBoundingClientRect().bottom ?? 0
    return seqOf(rows().findLast(row => row.getBoundingClientRect().bottom <= bottom + 1))
  }

  onMounted(() => {
    observer = new ResizeObserver(restore)
    for (const element of [scroller.value, content.value]) {
      if (element)
        observer.observe(element)
    }
  })
  onBeforeUnmount(() => observer?.disconnect())

  return { atEnd, fromEnd, remember, restore, toEnd, toRow, rowOf, topSeq, bottomSeq }
}
