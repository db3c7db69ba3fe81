import type { Locale } from '@/i18n'
import englishUrl from 'emoji-picker-element-data/en/cldr/data.json?url'
import chineseUrl from 'emoji-picker-element-data/zh/cldr/data.json?url'

/** Offered before anything is searched: what people answer with most. */
export const QUICK_EMOJI = ['👍', '🎉', '❤️', '😂', '😮', '😢', '🙏', '👏', '🔥', '👀', '✅', '💯', '😍', '🤔', '😅', '😎', '🥳', '💪', '👌', '🤝', '🌹', '☕', '🚀', '➕'] as const

/** Of the data: smileys, people, animals, food, travel, activities, objects, symbols, flags. 2 holds skin tones alone. */
export const EMOJI_GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const
export type EmojiGroup = (typeof EMOJI_GROUPS)[number]

export interface Emoji { emoji: string, name: string, group: EmojiGroup, words: string, skins: readonly string[] }

/** Of skin: none in particular, then from light to dark. */
export const TONES = [0, 1, 2, 3, 4, 5] as const
export type Tone = (typeof TONES)[number]

export const inTone = ({ emoji, skins }: Pick<Emoji, 'emoji' | 'skins'>, tone: Tone): string => skins[tone - 1] ?? emoji

/** What the fonts of today's systems draw. */
const NEWEST_VERSION = 15
const URLS: Record<Locale, string> = { 'zh-CN': chineseUrl, 'en': englishUrl }

interface Entry { emoji: string, annotation: string, group?: number, version: number, tags?: string[], shortcodes?: string[], skins?: { emoji: string, tone: number | number[] }[] }

/** All emoji with their names in one language, found by words of both: 笑, smile and xiao. */
export async function loadEmoji(locale: Locale): Promise<Emoji[]> {
  const [own, other] = await Promise.all([fetchEntries(URLS[locale]), fetchEntries(URLS[locale === 'en' ? 'zh-CN' : 'en'])])
  const otherWords = new Map(other.map(entry => [entry.emoji, wordsOf(entry)]))
  return own.filter(isDrawn).map(entry => ({
    emoji: plain(entry.emoji),
    skins: skinsOf(entry),
    name: entry.annotation,
    group: entry.group as EmojiGroup,
    words: `${wordsOf(entry)} ${otherWords.get(entry.emoji) ?? ''}`,
  }))
}

export function findEmoji(all: readonly Emoji[], typed: string): Emoji[] {
  const wanted = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter(({ words, emoji }) => wanted.every(word => words.includes(word) || emoji === word))
  // Whose name begins with what was typed comes before those that are only tagged with it.
  const isNamed = ({ name }: Emoji) => name.toLocaleLowerCase().startsWith(wanted.join(' '))
  return [...found.filter(isNamed), ...found.filter(one => !isNamed(one))]
}

/** For a word that is being typed: who has just that word before whose name begins with it, and those before the rest. */
export function suggestEmoji(all: readonly Emoji[], typed: string): Emoji[] {
  const word = typed.toLocaleLowerCase()
  const rank = ({ name, words }: Emoji) => words.split(' ').includes(word) ? 0 : name.toLocaleLowerCase().startsWith(word) ? 1 : 2
  return all.filter(({ words }) => words.includes(word)).toSorted((one, other) => rank(one) - rank(other))
}

async function fetchEntries(url: string): Promise<Entry[]> {
  const response = await fetch(url)
  if (!response.ok)
    throw new Error(`The names of emoji could not be loaded: ${response.status}`)
  return response.json()
}

function wordsOf({ annotation, tags = [], shortcodes = [] }: Entry): string {
  return [annotation, ...tags, ...shortcodes, ...shortcodes.map(code => code.replaceAll('_', ''))].join(' ').toLocaleLowerCase()
}

/** A sign that is a picture anyway needs no word to be one; with it, the same reaction would stand there twice. */
export const plain = (emoji: string) => emoji.replace(/^(\p{Emoji_Presentation})\uFE0F$/u, '$1')

/** Of one tone; those of two people in two tones are left out. */
function skinsOf({ skins = [] }: Entry): string[] {
  return skins.filter(({ tone }) => typeof tone === 'number').toSorted((a, b) => Number(a.tone) - Number(b.tone)).map(({ emoji }) => emoji)
}

const isDrawn = ({ group, version }: Entry) => version <= NEWEST_VERSION && (EMOJI_GROUPS as readonly (number | undefined)[]).includes(group)
