import type { Sender } from '@/api/types'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'

/** What somebody is called on the screen. Who has deleted their account is still there, without a name. */
export function useNameOf() {
  const { users } = useAccount()
  const { t } = useI18n()
  return (who: Sender | number | null | undefined): string => (who ? users.nameOf(who) : '') || t('message.someone')
}
