import type { Ref } from 'vue'
import { onScopeDispose, readonly, ref } from 'vue'

/** A phone: one column. */
export const NARROW = '(max-width: 700px)'
/** Room for the members beside the conversation. */
export const WIDE = '(min-width: 1101px)'

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const media = matchMedia(query)
  const matches = ref(media.matches)
  const look = () => matches.value = media.matches
  media.addEventListener('change', look)
  onScopeDispose(() => media.removeEventListener('change', look))
  return readonly(matches)
}
