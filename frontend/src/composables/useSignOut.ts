import { computed } from 'vue'
import { useAccount } from './useAccount'
import { useEntrance } from './useEntrance'

/** Leaving this device; what is not sent yet would be lost, drafts too, and is counted first. */
export function useSignOut() {
  const entrance = useEntrance()
  const { drafts, outbox } = useAccount()
  const unsent = computed(() => outbox.entries.value.length + [...drafts.byRoom.values()].filter(({ text }) => text !== '').length)
  return { unsent, signOut: () => entrance.signOut() }
}
