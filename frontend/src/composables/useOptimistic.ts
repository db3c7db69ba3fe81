import { computed, shallowReactive } from 'vue'
import { useTold } from './useTold'

/**
 * Values as they will be once the server has agreed; where it does not, they are what they were and the reason is told.
 * Each answer takes back only its own change: of two quick presses the later one stays.
 */
export function useOptimistic<Values extends object>(values: () => Values, save: (patch: Partial<Values>) => Promise<unknown>) {
  const told = useTold()
  const pending = shallowReactive(new Map<symbol, Partial<Values>>())
  const shown = computed<Values>(() => Object.assign({}, values(), ...pending.values()))

  async function set(patch: Partial<Values>): Promise<boolean> {
    const key = Symbol('change')
    pending.set(key, patch)
    const saved = await told(save(patch))
    pending.delete(key)
    return saved
  }

  /** For `v-model`: one of the values. */
  const field = <Key extends keyof Values>(key: Key) => computed<Values[Key]>({
    get: () => shown.value[key],
    set: value => void set({ [key]: value } as unknown as Partial<Values>),
  })

  return { shown, set, field }
}
