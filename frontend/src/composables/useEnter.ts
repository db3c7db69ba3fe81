import { useRoute, useRouter } from 'vue-router'

/** To where somebody wanted to go before signing in; only inside this client. */
export function useEnter() {
  const route = useRoute()
  const router = useRouter()
  return () => {
    const next = String(route.query.next ?? '/')
    return router.replace(/^\/(?!\/)/.test(next) ? next : '/')
  }
}
