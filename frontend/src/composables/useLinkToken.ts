import { useRoute } from 'vue-router'
import { ChatError } from '@/api/errors'

/** What stands behind `#` in a link from a mail, or nothing. There no server's log sees it. */
export function useLinkToken(): string {
  return useRoute().hash.slice(1)
}

/** Expired, used already, or never good: the link itself is refused, and only another one helps. */
export function isDeadLink(error: unknown): boolean {
  return error instanceof ChatError && error.fields?.token !== undefined
}
