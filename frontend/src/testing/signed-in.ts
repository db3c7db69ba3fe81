import type { Account } from '@/account'
import { vi } from 'vitest'
import { createAccount } from '@/account'
import { createClient } from '@/api/client'
import { createDoor } from '@/api/door'
import { fakePlatform } from './fake-platform'
import { FakeServer } from './fake-server'

export interface SignedInScene {
  account: Account
  server: FakeServer
  platform: ReturnType<typeof fakePlatform>
  onSessionOver: ReturnType<typeof vi.fn>
  /** Lets time pass: timers run, and what waits for them. */
  pass: (ms: number) => Promise<void>
}

export const ME = 1

/** A started account against a fake server, with the clock in the hand of the test. */
export function signedIn(server = new FakeServer(ME)): SignedInScene {
  if (!vi.isFakeTimers())
    vi.useFakeTimers()
  vi.stubGlobal('fetch', server.fetch)
  const platform = fakePlatform()
  const onSessionOver = vi.fn()
  const account = createAccount({
    server: 'http://chat.test',
    userId: ME,
    platform,
    door: createDoor(createClient({ server: 'http://chat.test', locale: () => 'en' })),
    locale: () => 'en',
    onSessionOver,
    open: server.open,
  })
  void account.start()
  return { account, server, platform, onSessionOver, pass: ms => vi.advanceTimersByTimeAsync(ms).then(() => {}) }
}
