import type { Preferences, PreferencesPatch } from '@/api/types'
import { computed } from 'vue'
import { useAccount } from './useAccount'
import { useTold } from './useTold'

/** What I decide for myself; it follows me to every device. */
export function usePreferences() {
  const { session } = useAccount()
  const told = useTold()
  const all = computed(() => session.preferences)
  const set = (patch: PreferencesPatch) => told(session.setPreferences(patch))

  /** For `v-model`; until I am known, what a new account has. */
  const field = <Key extends keyof Preferences>(key: Key, usual: Preferences[Key]) => computed<Preferences[Key]>({
    get: () => all.value?.[key] ?? usual,
    set: value => void set({ [key]: value }),
  })

  /** A setting that only clients know of. */
  const own = <Value>(key: string, usual: Value) => computed<Value>({
    get: () => (all.value?.client[key] as Value | undefined) ?? usual,
    set: value => void set({ client: { [key]: value } }),
  })

  return { all, set, field, own }
}
