import { reactive, ref } from 'vue'
import { parseUrl } from '@/components/base/parse-url'
import { useEntrance } from './useEntrance'

export interface ServerState { kind: 'checking' | 'ok' | 'degraded' | 'down' | 'invalid', ms: number }

/** The address of the server, and whether anybody answers there. */
export function useServerCheck() {
  const entrance = useEntrance()
  const address = ref(entrance.server)
  const state = reactive<ServerState>({ kind: 'checking', ms: 0 })
  let asked = 0

  async function check() {
    const turn = ++asked
    const origin = originOf(address.value)
    state.kind = origin ? 'checking' : 'invalid'
    if (!origin)
      return
    const kind = await probe(origin)
    // The answer about an address that was changed meanwhile says nothing about this one.
    if (turn === asked)
      state.kind = kind
  }

  async function probe(origin: string): Promise<ServerState['kind']> {
    const started = performance.now()
    try {
      await entrance.changeServer(origin)
      const { status } = await entrance.checkServer()
      state.ms = Math.round(performance.now() - started)
      return status
    }
    catch {
      return 'down'
    }
  }

  return { address, state, check }
}

/** chat.example.org → https://chat.example.org; what has a scheme keeps it. */
export function originOf(typed: string): string | null {
  const text = typed.trim()
  const address = /^https?:\/\//i.test(text) ? text : `${isLocal(text) ? 'http' : 'https'}://${text}`
  return text ? parseUrl(address)?.origin ?? null : null
}

const isLocal = (text: string) => /^(?:localhost|127\.|192\.168\.|10\.|\[::1\])/.test(text)
