import { useRouter } from 'vue-router'
import { parseUrl } from '@/components/base/parse-url'
import { useAccount } from './useAccount'

/** Links to this chat, by whichever of its addresses, lead there at once, not into another window. -> what to do on a click anywhere. */
export function useInnerLinks() {
  const { address, server } = useAccount()
  const router = useRouter()
  const isHere = (origin: string) => origin === server || origin === new URL(address.known.value).origin
  void address.find()

  return (event: MouseEvent) => {
    const link = (event.target as Element).closest?.('a')
    const url = link && parseUrl(link.href)
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
    if (!url || !isPlain || !isHere(url.origin) || !/^\/(?:rooms|invite)\//.test(url.pathname))
      return
    event.preventDefault()
    void router.push(url.pathname + url.search)
  }
}
