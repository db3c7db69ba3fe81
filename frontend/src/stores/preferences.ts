import type { Preferences, PreferencesPatch } from '@/api/types'

/** As the server merges them: what clients keep for themselves key by key, where null takes a key away. */
export function patched(preferences: Preferences, { client, ...patch }: PreferencesPatch): Preferences {
  const kept = Object.entries({ ...preferences.client, ...client }).filter(([, value]) => value !== null)
  return { ...preferences, ...patch, client: Object.fromEntries(kept) }
}
