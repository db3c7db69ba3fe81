import type { Matcher } from '@/components/start/switcher-ranking'
import type { Query } from '@/composables/useSuggestions'
import { plainly } from '@/components/start/switcher-ranking'

const QUERY_MAX = 32

/** What is being typed after the last @ before the caret, or null. An @ inside an e-mail address is none. */
export function mentionQuery(text: string, caret: number): Query | null {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || caret - start > QUERY_MAX + 1)
    return null
  const query = text.slice(start + 1, caret)
  const isAddress = /[\w.]/.test(text[start - 1] ?? '')
  return isAddress || /\s/.test(query) ? null : { start, text: query }
}

/** Anywhere in one of the names, without regard to case: 晓 finds 林晓, chen finds Maya Chen, and with pinyin lx 林晓, too. */
export function matchesName(query: string, names: readonly string[], matches: Matcher): boolean {
  return names.some(name => plainly(name, query) || (query !== '' && matches(name, query)))
}
