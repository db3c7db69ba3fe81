import type { Message } from '@/api/types'
import { computed, onScopeDispose, watch } from 'vue'
import { isNoteToSelf } from '@/components/room/room-identity'
import { useAccount } from './useAccount'

/** Most messages are followed by another one, or read, before anybody would have looked. */
const PAUSE_MS = 400
/** In a larger room the list is only asked for when somebody wants to see it. */
const MOST_MEMBERS = 200

/** How far my message got: who has read it, asked once and then kept up to date by events. */
export function useReceipts(message: () => Message | null) {
  const { receipts, rooms, connection, userId } = useAccount()
  let timer: ReturnType<typeof setTimeout> | undefined

  const room = () => rooms.get(message()?.room_id ?? 0)
  const isDirect = computed(() => room()?.kind === 'direct')
  const isShown = computed(() => {
    const shown = room()
    return shown !== undefined && !isNoteToSelf(shown, userId) && shown.member_count > 1 && shown.member_count <= MOST_MEMBERS
  })
  const readers = computed(() => {
    const stored = message()
    return stored && receipts.of(stored)
  })
  const isReadByPeer = computed(() => {
    const stored = message()
    return stored !== null && (rooms.peerReadSeq(stored.room_id) >= stored.seq || (readers.value?.read.length ?? 0) > 0)
  })

  watch([() => message()?.id, () => connection.state, isShown], () => {
    clearTimeout(timer)
    if (message() && isShown.value && connection.state === 'ready')
      timer = setTimeout(ask, PAUSE_MS)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))

  /** What cannot be had now is asked for again after the next connection. */
  function ask() {
    const stored = message()
    if (stored)
      receipts.look(stored).catch(() => {})
  }

  return { isDirect, isShown, readers, isReadByPeer }
}
