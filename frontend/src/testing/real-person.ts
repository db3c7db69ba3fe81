import type { Account, SessionEnd } from '@/account'
import type { Platform } from '@/platform/platform'
import { createAccount } from '@/account'
import { createClient } from '@/api/client'
import { createDoor } from '@/api/door'
import { fakePlatform } from './fake-platform'

export interface RealPerson {
  name: string
  account: Account
  /** Why the session ended; null while it lasts. */
  ended: () => SessionEnd | null
  /** Breaks the line, as a bad network does, and keeps it broken until it is mended. */
  breakLine: () => void
  mendLine: () => void
}

const PASSWORD = 'correct horse battery'

/** Registers somebody at a running server, as the desktop client would, or signs them in once more. */
export async function aRealPerson(server: string, name: string, again = false): Promise<RealPerson> {
  const door = createDoor(createClient({ server, locale: () => 'en' }))
  const signedIn = again
    ? await door.login({ username: name, password: PASSWORD })
    : await door.register({ username: name, email: `${name}@example.org`, password: PASSWORD })
  const lines: WebSocket[] = []
  let isBroken = false
  let end: SessionEnd | null = null
  const account = createAccount({
    server,
    userId: signedIn.user.id,
    platform: keepingTokens(signedIn.refresh),
    door,
    locale: () => 'en',
    access: signedIn.access ?? undefined,
    onSessionOver(why) {
      end = why
      account.close()
    },
    open(url) {
      const line = new WebSocket(isBroken ? url.replace('/ws/', '/nowhere/') : url)
      lines.push(line)
      return line
    },
  })
  void account.start()
  return {
    name,
    account,
    ended: () => end,
    breakLine() {
      isBroken = true
      lines.at(-1)?.close()
    },
    mendLine() {
      isBroken = false
      account.connection.retryNow()
    },
  }
}

function keepingTokens(first: string | null): Platform {
  let kept = first
  return {
    ...fakePlatform(),
    kind: 'desktop',
    refreshTokens: () => ({
      inCookie: false,
      load: async () => kept,
      save: async token => void (kept = token),
      clear: async () => void (kept = null),
    }),
  }
}
