import { onScopeDispose, watch } from 'vue'
import { DIALOG_PARTS, personCardPart } from '@/components/start/dialog-parts'
import { loadAhead } from './load-ahead'
import { useAccount } from './useAccount'
import { loadMarkdown } from './useMarkdown'

/** After the first screen has all that it needs. */
const PAUSE_MS = 3000

const PARTS = [
  loadMarkdown,
  DIALOG_PARTS.switcher,
  () => import('pinyin-match'),
  () => import('@/components/message/code-colours'),
  () => import('@/components/message/EmojiPicker.vue'),
  () => import('@/components/message/MessageDialogs.vue'),
  () => import('@/components/message/PinsList.vue'),
  personCardPart,
  ...Object.values(DIALOG_PARTS),
]

/** What opens or is drawn later, loaded while there is a network: without one it could not be. */
export function useLaterParts() {
  const { connection } = useAccount()
  let left: (() => Promise<unknown>)[] = PARTS
  let timer: ReturnType<typeof setTimeout> | undefined
  const isReady = () => connection.state === 'ready'

  watch(isReady, (ready) => {
    clearTimeout(timer)
    if (ready && left.length)
      timer = setTimeout(async () => left = await loadAhead(left, isReady), PAUSE_MS)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
}
