import type { Dialogs } from './useDialogs'
import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { deviceName } from '@/components/settings/device-name'
import { useAccount } from './useAccount'
import { useToasts } from './useToasts'

/** Somebody has signed in with my account elsewhere: I am told, in case it was not me. */
export function useDeviceNews(dialogs: Dialogs) {
  const { session } = useAccount()
  const { t } = useI18n()
  const toasts = useToasts()
  const action = { label: t('devices.check'), run: () => dialogs.open({ kind: 'settings', tab: 'devices' }) }

  watch(() => session.newDevice, (device) => {
    if (device)
      toasts.show(t('devices.newDevice', { device: deviceName(device) }), { action })
  })
}
