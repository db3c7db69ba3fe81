import type { Locale } from '@/i18n'
import { useI18n } from 'vue-i18n'
import { ago, dayName, fullTime, moment, shortTime, span, timeOfDay } from '@/i18n/dates'
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
    moment: (at: string) => moment(new Date(at), language(), now.value),
    ago: (at: string) => ago(new Date(at), language(), now.value),
    span: (seconds: number) => span(seconds, language()),
    short: (at: string) => shortTime(new Date(at), language(), now.value),
  }
}
