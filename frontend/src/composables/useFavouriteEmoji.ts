import type { Tone } from '@/components/message/emoji'
import { computed } from 'vue'
import { QUICK_EMOJI } from '@/components/message/emoji'
import { usePreferences } from './usePreferences'

const ROW = 9
const MOST = 3 * ROW

/** What I have used last, before what people use most, and in which skin; both follow me to every device. */
export function useFavouriteEmoji() {
  const { own } = usePreferences()
  const recent = own<string[]>('recent_emoji', [])
  const tone = own<Tone>('skin_tone', 0)
  const favourites = computed(() => [...new Set([...recent.value, ...QUICK_EMOJI])].slice(0, MOST))

  /** What stands in the first row stays where it is: one finds it without looking, and nothing need be stored. */
  function used(emoji: string) {
    if (!recent.value.slice(0, ROW).includes(emoji))
      recent.value = [emoji, ...recent.value.filter(one => one !== emoji)].slice(0, MOST)
  }

  return { favourites, tone, used }
}
