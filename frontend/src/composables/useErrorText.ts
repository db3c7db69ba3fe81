import { useI18n } from 'vue-i18n'

interface Failure { code: string, message: string, retry_after?: number | null | undefined }

/** The server knows best what was wrong with an input; everything else is worded here, in the language of the moment. */
const WORDED_BY_SERVER = new Set(['validation_error', 'conflict', 'permission_denied'])

export function useErrorText() {
  const { t, te } = useI18n()
  return (error: unknown): string => {
    const failure = error as Partial<Failure> | null
    if (!failure?.code)
      return t('errors.unknown')
    if (failure.code === 'rate_limited' && failure.retry_after)
      return t('errors.rateLimitedFor', { n: Math.ceil(failure.retry_after) })
    if (WORDED_BY_SERVER.has(failure.code) && failure.message)
      return failure.message
    const key = `errors.${failure.code}`
    return te(key) ? t(key) : failure.message || t('errors.unknown')
  }
}
