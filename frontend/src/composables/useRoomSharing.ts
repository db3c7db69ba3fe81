import type { Room } from '@/api/types'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { copyText } from './copy-text'
import { useAccount } from './useAccount'
import { useToasts } from './useToasts'
import { useTold } from './useTold'

/** Ways to let somebody into a room. */
export function useRoomSharing(room: () => Room) {
  const { api } = useAccount()
  const { t } = useI18n()
  const toasts = useToasts()
  const told = useTold()

  const mayInvite = computed(() => {
    const { kind, membership, archived_at } = room()
    return membership !== null && !archived_at && (kind === 'public' || (kind === 'private' && membership.role !== 'member'))
  })

  async function copy(text: string) {
    if (await copyText(text))
      toasts.show(t('app.copied'))
    else
      toasts.show(text)
  }

  return {
    mayInvite,
    copyCode: () => copy(room().code ?? ''),
    copyInvite: () => told(api.rooms.invite(room().id).then(({ url }) => copy(url))),
  }
}
