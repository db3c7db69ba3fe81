import { onScopeDispose, readonly, ref, watch } from 'vue'

/** True once `flag` has stayed true for `delay` ms: what is over quickly is not announced at all. */
export function useSlowFlag(flag: () => boolean | undefined, delay: number) {
  const shown = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(flag, (on) => {
    clearTimeout(timer)
    shown.value = false
    if (on)
      timer = setTimeout(() => shown.value = true, delay)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(shown)
}
