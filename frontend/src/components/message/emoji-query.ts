import type { Query } from '@/composables/useSuggestions'

/**
 * A colon that begins a word, and two letters of it; of Han one is enough. 12:30, http: and :D are none, nor is the
 * colon that introduces what follows: an Enter would send something else than what stands there.
 */
const WORD = /(?:(?<![\p{L}\p{N}\p{Pe}\p{Pf}"':]):|(?<=^|\s)：)(\p{Script=Han}[\p{L}\p{N}_+-]*|[\p{L}\p{N}_+-]{2,})$/u

/** What is being typed after the last colon before the caret, or null. */
export function emojiQuery(text: string, caret: number): Query | null {
  const found = WORD.exec(text.slice(0, caret))
  return found && { start: found.index, text: found[1]! }
}
