import type { Emoji, EmojiGroup } from '@/components/message/emoji'
import type { Locale } from '@/i18n'
import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { findEmoji, loadEmoji } from '@/components/message/emoji'

/** A screen of the palette and a little more: nobody scrolls through hundreds of hits. */
const MOST_FOUND = 120

const loaded = new Map<string, Promise<Emoji[]>>()

/** All emoji by group, or those that are searched for. */
export function useEmoji() {
  const { locale } = useI18n()
  const all = shallowRef<Emoji[]>([])
  const failed = ref(false)
  const words = ref('')
  const group = ref<EmojiGroup>(0)

  const isSearching = computed(() => words.value.trim() !== '')
  const shown = computed(() => isSearching.value
    ? findEmoji(all.value, words.value).slice(0, MOST_FOUND)
    : all.value.filter(one => one.group === group.value))

  async function load() {
    const language = locale.value as Locale
    const loading = loaded.get(language) ?? loadEmoji(language)
    loaded.set(language, loading)
    try {
      all.value = await loading
      failed.value = false
    }
    catch {
      loaded.delete(language)
      failed.value = true
    }
  }

  return { words, group, shown, all, failed, isSearching, load }
}
