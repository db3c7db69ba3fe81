import type { Ref } from 'vue'
import type { View } from '@/components/room/member-rows'
import { onBeforeUnmount, onMounted, shallowRef } from 'vue'

/** What of a scrolling box is on screen, so that a long list draws no more. */
export function useScrollView(box: Ref<HTMLElement | undefined>) {
  const view = shallowRef<View>({ top: 0, height: 0 })
  const resizes = new ResizeObserver(measure)

  function measure() {
    const { scrollTop: top = 0, clientHeight: height = 0 } = box.value ?? {}
    if (top !== view.value.top || height !== view.value.height)
      view.value = { top, height }
  }

  onMounted(() => box.value && resizes.observe(box.value))
  onBeforeUnmount(() => resizes.disconnect())

  return { view, measure }
}
