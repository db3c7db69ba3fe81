import type { Locale } from '@/i18n'

/** `offset` is empty and `words` are few until `describe` has been there. */
export interface Zone { id: string, name: string, offset: string, words: string }

/** Cities that people look for, where a zone is called after another, or by a name that is no longer theirs. */
const CITIES: Record<string, string> = {
  'Asia/Shanghai': 'Beijing 北京 上海', 'Asia/Hong_Kong': '香港', 'Asia/Taipei': '台北', 'Asia/Tokyo': '东京', 'Asia/Singapore': '新加坡',
  'Asia/Calcutta': 'Kolkata Delhi Mumbai', 'Asia/Katmandu': 'Kathmandu', 'Asia/Rangoon': 'Yangon', 'Asia/Saigon': 'Ho Chi Minh Hanoi', 'Europe/Kiev': 'Kyiv',
  'Europe/London': '伦敦', 'Europe/Paris': '巴黎', 'Europe/Berlin': '柏林', 'America/New_York': 'Washington 纽约', 'America/Los_Angeles': 'San Francisco Seattle 洛杉矶',
}

/** All that this browser knows, found by their places. */
export function zones(): Zone[] {
  return [...Intl.supportedValuesOf('timeZone').filter(id => id !== 'UTC'), 'Etc/UTC'].map((id) => {
    const name = id.replaceAll('_', ' ')
    return { id, name, offset: '', words: [name, CITIES[id] ?? ''].join(' ').toLocaleLowerCase() }
  })
}

/** Also found by its names in the language, and by how far it is from UTC. Asking Intl takes about a millisecond. */
export function describe({ id, name }: Pick<Zone, 'id' | 'name'>, locale: Locale, now = new Date()): Zone {
  const offset = offsetOf(id, now)
  const words = [name, CITIES[id] ?? '', offset, nameIn(locale, id, 'longGeneric', now), nameIn(locale, id, 'shortGeneric', now)].join(' ').toLocaleLowerCase()
  return { id, name, offset, words }
}

export const offsetOf = (id: string, now = new Date()) =>
  nameIn('en', id, 'longOffset', now).replace(/^GMT/, 'UTC').replace(/([+-])0/, '$1').replace(':00', '')

function nameIn(locale: string, timeZone: string, timeZoneName: Intl.DateTimeFormatOptions['timeZoneName'], now: Date): string {
  return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Each word somewhere in it, whether the place is written with a space, _ or /. */
export function matchesZone({ words }: Zone, typed: string): boolean {
  return typed.toLocaleLowerCase().split(/[\s_/]+/).every(word => words.includes(word))
}

export const deviceZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone
