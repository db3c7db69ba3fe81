import type { InsideMessages, Messages } from './messages'
import { createI18n } from 'vue-i18n'

export const LOCALES = ['zh-CN', 'en'] as const
export type Locale = (typeof LOCALES)[number]

const STORED = 'chat.locale'
const CHUNKS: Record<Locale, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./zh-CN'),
  'en': () => import('./en'),
}
/** What only those read who are signed in: the door opens sooner without it. */
const INSIDE_CHUNKS: Record<Locale, () => Promise<{ default: InsideMessages }>> = {
  'zh-CN': () => import('./inside/zh-CN'),
  'en': () => import('./inside/en'),
}
let isInside = false
let chosen: Locale = 'en'

declare module 'vue-i18n' {
  // The keys of zh-CN are the keys of `t`: a typo does not compile.
  export interface DefineLocaleMessage extends Messages, InsideMessages {}
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en' as Locale,
  fallbackLocale: false,
  messages: {} as Record<Locale, Messages & InsideMessages>,
})

export async function setLocale(locale: Locale): Promise<void> {
  chosen = locale
  const [messages, inside] = await Promise.all([CHUNKS[locale](), isInside ? INSIDE_CHUNKS[locale]() : null])
  if (locale !== chosen)
    return
  // Added, not put in place of others: browsers do not promise that two imports of one file end in their order, and the
  // texts of the door must not come over those of the house.
  i18n.global.mergeLocaleMessage(locale, { ...messages.default, ...inside?.default } as Messages & InsideMessages)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  localStorage.setItem(STORED, locale)
}

/** From now on every language comes whole. */
export function speakInside(): Promise<void> {
  isInside = true
  return setLocale(chosen)
}

/** What was chosen on this device, else the first language of the browser that we speak. */
export function preferredLocale(): Locale {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages]
  return wanted.map(closestLocale).find(locale => locale !== null) ?? 'en'
}

function closestLocale(tag: string): Locale | null {
  if (tag.toLowerCase().startsWith('zh'))
    return 'zh-CN'
  return tag.toLowerCase().startsWith('en') ? 'en' : null
}
