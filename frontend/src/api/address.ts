import type { Address } from './types'
import { shallowRef } from 'vue'

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Where others find the server: where this window found it, but not when that leads everybody to their own machine. */
export function createAddress(server: string, ask: () => Promise<Address>) {
  const known = shallowRef(server)
  let asked: Promise<string> | undefined

  async function find(): Promise<string> {
    try {
      known.value = (await ask()).url ?? server
    }
    catch {
      // Asked again by whoever wants it next.
      asked = undefined
    }
    return known.value
  }

  return {
    known: known as Readonly<typeof known>,
    find: () => asked ??= LOCAL.has(new URL(server).hostname) ? find() : Promise.resolve(server),
  }
}
