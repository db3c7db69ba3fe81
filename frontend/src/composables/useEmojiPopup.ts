import type { Ref } from 'vue'
import type { Emoji } from '@/components/message/emoji'
import { inTone, suggestEmoji } from '@/components/message/emoji'
import { emojiQuery } from '@/components/message/emoji-query'
import { useEmoji } from './useEmoji'
import { useFavouriteEmoji } from './useFavouriteEmoji'
import { useSuggestions } from './useSuggestions'

const SHOWN_MAX = 8

/** The emoji offered after a colon and a word of either language: :smile, :笑. */
export function useEmojiPopup(area: Ref<HTMLTextAreaElement | undefined>) {
  const { all, load } = useEmoji()
  const { tone, used } = useFavouriteEmoji()

  return useSuggestions<Emoji>(area, {
    find: emojiQuery,
    offer: typed => suggestEmoji(all.value, typed).slice(0, SHOWN_MAX),
    write: one => inTone(one, tone.value),
    taken: one => used(inTone(one, tone.value)),
    begin: () => void load(),
  })
}
