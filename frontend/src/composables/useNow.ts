import type { Ref } from 'vue'
import { readonly, ref } from 'vue'

let shared: Ref<Date> | undefined

/** The clock to the minute, one timer for the whole window. */
export function useNow(): Readonly<Ref<Date>> {
  if (!shared) {
    const now = shared = ref(new Date())
    setInterval(() => now.value = new Date(), 60_000)
  }
  return readonly(shared) as Readonly<Ref<Date>>
}
