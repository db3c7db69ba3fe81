import type { Ref } from 'vue'
import { nextTick, onMounted, watch } from 'vue'

/** Older engines do not know `field-sizing`; the others need not be asked for the height at every key. */
const fitsByItself = globalThis.CSS?.supports?.('field-sizing', 'content') ?? false

/** A textarea as high as its text, up to the maximum of its style. */
export function useAutosize(area: Ref<HTMLTextAreaElement | undefined>, text: () => string) {
  if (fitsByItself)
    return

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
