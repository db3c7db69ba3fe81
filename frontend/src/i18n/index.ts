import type { Messages } from './messages'
import { createI18n } from 'vue-i18n'

export const LOCALES = ['zh-CN', 'en'] as const
export type Locale = (typeof LOCALES)[number]

const STORED = 'chat.locale'
const CHUNKS: Record<Locale, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./zh-CN'),
  'en': () => import('./en'),
}

declare module 'vue-i18n' {
  // The keys of zh-CN are the keys of `t`: a typo does not compile.
  export interface DefineLocaleMessage extends Messages {}
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en' as Locale,
  fallbackLocale: false,
  messages: {} as Record<Locale, Messages>,
})

export async function setLocale(locale: Locale): Promise<void> {
  const { default: messages } = await CHUNKS[locale]()
  i18n.global.setLocaleMessage(locale, messages)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  localStorage.setItem(STORED, locale)
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
