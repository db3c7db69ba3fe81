import { onScopeDispose } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'
import { useAnnouncer } from './useAnnouncer'

/** Tells a screen reader about messages that come in while the room is open; pages of history are no news. */
export function useArrivals(roomId: number) {
  const { onArrival, users, userId } = useAccount()
  const { t } = useI18n()
  const { said, announce } = useAnnouncer(count => t('log.burst', count))
  /** Events may come twice. */
  let heardSeq = 0

  onScopeDispose(onArrival(({ room_id, seq, kind, sender, content }) => {
    if (room_id !== roomId || seq <= heardSeq)
      return
    heardSeq = seq
    if (kind === 'text' && sender && sender.id !== userId)
      announce(`${users.nameOf(sender)}: ${content}`)
  }))

  return { said }
}
