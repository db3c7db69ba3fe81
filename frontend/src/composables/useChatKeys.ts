import type { Dialogs } from './useDialogs'
import { onBeforeUnmount, onMounted } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { goToRegion } from './regions'
import { useAccount } from './useAccount'

/** Keys that work everywhere in the chat; the cheat sheet lists them. */
export function useChatKeys(dialogs: Dialogs) {
  const { rooms } = useAccount()
  const route = useRoute()
  const router = useRouter()

  function go(step: 1 | -1) {
    const open = rooms.list.filter(({ archived_at }) => !archived_at)
    const at = open.findIndex(({ id }) => id === Number(route.params.id))
    const next = open[at < 0 ? 0 : (at + step + open.length) % open.length]
    if (next)
      void router.push(`/rooms/${next.id}`)
  }

  const withControl: Record<string, () => void> = {
    'k': () => dialogs.open({ kind: 'switcher' }),
    '/': () => dialogs.open({ kind: 'shortcuts' }),
    ',': () => dialogs.open({ kind: 'settings' }),
  }
  const withAlt: Record<string, () => void> = { ArrowDown: () => go(1), ArrowUp: () => go(-1) }

  function onKeydown(event: KeyboardEvent) {
    const { ctrlKey, metaKey, altKey, shiftKey, key } = event
    if (key === 'F6' && !ctrlKey && !metaKey && !altKey)
      return void (goToRegion(shiftKey ? -1 : 1) && event.preventDefault())
    const act = ctrlKey || metaKey
      ? !altKey && !shiftKey && withControl[key.toLowerCase()]
      : altKey && !shiftKey && withAlt[key]
    if (!act)
      return
    event.preventDefault()
    act()
  }

  onMounted(() => window.addEventListener('keydown', onKeydown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown))
}
