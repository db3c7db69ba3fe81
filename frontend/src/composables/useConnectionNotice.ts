import { computed, onScopeDispose, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'

const SILENT_MS = 2000

/** What is said about the connection: nothing for two seconds, for most cuts are over by then. */
export function useConnectionNotice() {
  const { connection } = useAccount()
  const { t } = useI18n()
  const now = ref(Date.now())
  const timer = setInterval(() => now.value = Date.now(), 500)
  onScopeDispose(() => clearInterval(timer))

  const notice = computed(() => {
    if (connection.state === 'ready' || now.value - connection.since < SILENT_MS)
      return null
    if (connection.state === 'connecting')
      return { kind: 'updating' as const, text: t('net.connecting') }
    const seconds = connection.retryAt === null ? 0 : Math.ceil((connection.retryAt - now.value) / 1000)
    return { kind: 'offline' as const, text: seconds > 0 ? t('net.retryIn', { n: seconds }) : t('net.offline') }
  })

  return { notice, retryNow: () => connection.retryNow() }
}
