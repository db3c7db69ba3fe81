import { useRoute, useRouter } from 'vue-router'

/** To where somebody wanted to go before signing in; only inside this client. An invite is where one stays: it goes on. */
export function useEnter() {
  const route = useRoute()
  const router = useRouter()
  return () => {
    if (route.name === 'invite')
      return
    const next = String(route.query.next ?? '/')
    return router.replace(/^\/(?!\/)/.test(next) ? next : '/')
  }
}
