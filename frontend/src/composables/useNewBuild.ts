import { onBeforeUnmount, onMounted } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'
import { useToasts } from './useToasts'

/** The server answers, but a part that this page would open does not come: most likely it serves a newer client. */
export function useNewBuild() {
  const { connection } = useAccount()
  const { t } = useI18n()
  const toasts = useToasts()
  let isTold = false

  function onMissingPart() {
    if (isTold || connection.state !== 'ready')
      return
    isTold = true
    toasts.show(t('net.updated'), { action: { label: t('net.reload'), run: () => location.reload() } })
  }

  onMounted(() => window.addEventListener('vite:preloadError', onMissingPart))
  onBeforeUnmount(() => window.removeEventListener('vite:preloadError', onMissingPart))
}
