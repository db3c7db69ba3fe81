import type { Ref } from 'vue'
import { nextTick, onMounted, watch } from 'vue'

/** A textarea as high as its text, up to the maximum of its style. */
export function useAutosize(area: Ref<HTMLTextAreaElement | undefined>, text: () => string) {
  function fit() {
    const { value: box } = area
    if (!box)
      return
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
  }
  onMounted(fit)
  watch(text, () => nextTick(fit))
}
