import type { Locale } from '@/i18n'
import { useI18n } from 'vue-i18n'
import { dayName, fullTime, shortTime, timeOfDay } from '@/i18n/dates'
import { useNow } from './useNow'

/** The dates of i18n/dates.ts in the language of the moment; 今天 becomes 昨天 at midnight. */
export function useDates() {
  const { locale } = useI18n()
  const now = useNow()
  const language = () => locale.value as Locale
  return {
    time: (at: string) => timeOfDay(new Date(at), language()),
    full: (at: string) => fullTime(new Date(at), language()),
    day: (at: string) => dayName(new Date(at), language(), now.value),
    short: (at: string) => shortTime(new Date(at), language(), now.value),
  }
}
