import { computed } from 'vue'
import { useAccount } from './useAccount'
import { useEntrance } from './useEntrance'

/** Leaving this device; what is not sent yet would be lost, and is counted first. */
export function useSignOut() {
  const entrance = useEntrance()
  const { outbox } = useAccount()
  const unsent = computed(() => outbox.entries.value.length)
  return { unsent, signOut: () => entrance.signOut() }
}
