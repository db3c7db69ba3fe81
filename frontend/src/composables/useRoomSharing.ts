import type { Invite, Room } from '@/api/types'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { copyText } from './copy-text'
import { useAccount } from './useAccount'
import { useRoomRights } from './useRoomRights'
import { useToasts } from './useToasts'
import { useTold } from './useTold'

/** Open to everybody, for good: the link that is given away without thinking. */
const isPlain = ({ max_uses, expires_at }: Invite) => max_uses === null && expires_at === null

/** Ways to let somebody into a room. */
export function useRoomSharing(room: () => Room) {
  const { api, address } = useAccount()
  const { t } = useI18n()
  const toasts = useToasts()
  const told = useTold()
  const rights = useRoomRights(room)
  const mayInvite = computed(() => rights.may('invite'))
  const mayAdd = computed(() => rights.may('add'))

  async function copy(text: string) {
    if (await copyText(text))
      toasts.show(t('app.copied'))
    else
      toasts.show(text)
  }

  /** Whole, whatever the server calls itself. */
  const linkOf = ({ url }: Invite) => new URL(url, address.known.value).href

  /** The newest link without limits, or else a new one. */
  async function plainInvite(): Promise<Invite> {
    const { id } = room()
    await address.find()
    return (await api.rooms.invites(id)).find(isPlain) ?? await api.rooms.invite(id)
  }

  return {
    mayInvite,
    mayAdd,
    copy,
    linkOf,
    copyCode: () => copy(room().code ?? ''),
    copyInvite: () => told(plainInvite().then(invite => copy(linkOf(invite)))),
  }
}
