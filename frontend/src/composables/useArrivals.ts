import type { Row } from '@/stores/messages'
import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { isPending } from '@/stores/messages'
import { useAccount } from './useAccount'
import { useAnnouncer } from './useAnnouncer'

/** Tells a screen reader about messages that come in while the room is open; pages of history are no news. */
export function useArrivals(timeline: { rows: Row[], hasAfter: boolean }) {
  const { users, userId } = useAccount()
  const { t } = useI18n()
  const { said, announce } = useAnnouncer(count => t('log.burst', count))

  const newest = () => timeline.rows.findLast(row => !isPending(row))
  watch(newest, (row, before) => {
    const isNews = row && before && !isPending(row) && !isPending(before) && row.seq === before.seq + 1
    if (isNews && row.kind === 'text' && row.sender && row.sender.id !== userId)
      announce(`${users.nameOf(row.sender)}: ${row.content}`)
  })

  return { said }
}
