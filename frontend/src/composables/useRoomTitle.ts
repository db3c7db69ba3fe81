import type { Room } from '@/api/types'
import { useI18n } from 'vue-i18n'
import { isNoteToSelf } from '@/components/room/room-identity'
import { useAccount } from './useAccount'

/** What a room is called on the screen. */
export function useRoomTitle() {
  const { rooms, userId } = useAccount()
  const { t } = useI18n()
  return (room: Room): string =>
    isNoteToSelf(room, userId) ? t('kind.self') : rooms.titleOf(room) || t('room.peerGone')
}
