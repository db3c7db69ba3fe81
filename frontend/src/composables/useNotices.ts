import type { Message, Room } from '@/api/types'
import { onScopeDispose, shallowReactive, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { withoutMarkup } from '@/components/message/without-markup'
import { ring } from './ring'
import { useAccount } from './useAccount'
import { useFocused } from './useFocused'
import { useNameOf } from './useNameOf'
import { messagePath } from './useRoomActions'
import { useRoomTitle } from './useRoomTitle'
import { wantsNotice } from './wants-notice'

/** Whoever is looking at the room in another tab or on another device has marked it read by then. */
const GRACE_MS = 600

/** Notices of what came in while nobody looked, one a room; taken back when it is read, wherever that is. */
export function useNotices() {
  const account = useAccount()
  const { platform, rooms, session, userId } = account
  const { t } = useI18n()
  const nameOf = useNameOf()
  const titleOf = useRoomTitle()
  const route = useRoute()
  const focused = useFocused()
  /** Room → the newest message that was told of. */
  const told = shallowReactive(new Map<number, number>())
  const timers = new Set<ReturnType<typeof setTimeout>>()

  const tagOf = (roomId: number) => `room-${roomId}`
  const isRead = (roomId: number, seq: number) => (rooms.get(roomId)?.membership?.last_read_seq ?? Infinity) >= seq
  const isLookedAt = (roomId: number) => focused.value && Number(route.params.id) === roomId

  const stop = account.onArrival((message) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      consider(message)
    }, GRACE_MS)
    timers.add(timer)
  })

  function consider(message: Message): void {
    const room = rooms.get(message.room_id)
    const { me } = session
    if (room === undefined || me === null || isRead(room.id, message.seq) || isLookedAt(room.id))
      return
    if (wantsNotice(message, room, me, userId))
      tell(message, room)
  }

  function tell(message: Message, room: Room): void {
    const name = nameOf(message.sender)
    const title = room.kind === 'direct' ? name : t('notice.someone', { name, room: titleOf(room) })
    const shows = session.me?.preferences.notification_preview ?? true
    told.set(room.id, message.seq)
    platform.notify({
      title: shows ? title.slice(0, 200) : t('app.name'),
      body: shows ? withoutMarkup(message.content).slice(0, 300) : t('notice.text'),
      tag: tagOf(room.id),
      path: messagePath(room.id, message.seq),
    })
    if (session.me?.preferences.sound)
      ring()
  }

  watch(() => [...told].filter(([roomId, seq]) => isRead(roomId, seq) || isLookedAt(roomId)), over => over.forEach(([roomId]) => {
    told.delete(roomId)
    platform.closeNotice(tagOf(roomId))
  }))
  onScopeDispose(() => {
    stop()
    timers.forEach(clearTimeout)
    told.forEach((_seq, roomId) => platform.closeNotice(tagOf(roomId)))
  })
}
