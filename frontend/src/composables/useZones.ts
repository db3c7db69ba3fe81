import type { ShallowRef } from 'vue'
import type { Zone } from '@/components/settings/zones'
import type { Locale } from '@/i18n'
import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { describe, zones } from '@/components/settings/zones'

/** So much of a frame at a time: all of them at once would hold the page up for half a second. */
const SLICE_MS = 6

/** All time zones; a moment later also found by their names in the language and their distance from UTC. */
export function useZones(locale: Locale): Readonly<ShallowRef<readonly Zone[]>> {
  const all = shallowRef<readonly Zone[]>(zones())
  let slice: ReturnType<typeof setTimeout>

  function go(described: Zone[]) {
    const until = performance.now() + SLICE_MS
    while (described.length < all.value.length && performance.now() < until)
      described.push(describe(all.value[described.length]!, locale))
    if (described.length === all.value.length)
      all.value = described
    else
      slice = setTimeout(go, 2 * SLICE_MS, described)
  }
  onMounted(() => go([]))
  onBeforeUnmount(() => clearTimeout(slice))
  return all
}
