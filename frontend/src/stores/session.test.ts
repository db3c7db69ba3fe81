import type { Api } from '@/api/endpoints'
import type { MePatch, Preferences } from '@/api/types'
import { createPinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { aMe } from '@/testing/samples'
import { patched } from './preferences'
import { createSessionStore } from './session'
import { createUsersStore } from './users'

/** A server that answers each call when it is told to. */
function slowServer() {
  const waiting: (() => void)[] = []
  let me = aMe(1)
  const later = <T>(answer: () => T) => new Promise<T>(resolve => waiting.push(() => resolve(answer())))
  const api = { account: {
    me: () => {
      const now = me
      return later(() => now)
    },
    update: (patch: MePatch) => later(() => me = { ...me, preferences: patched(me.preferences, patch.preferences ?? {}) }),
  } } as unknown as Api
  const users = createUsersStore(createPinia(), { api, server: 'http://localhost' })
  const session = createSessionStore(createPinia(), { api, request: (async () => ({})) as never, users, onChange: () => {} })
  session.setMe(me)
  return { session, waiting, change: (theme: Preferences['theme']) => me = { ...me, preferences: { ...me.preferences, theme } } }
}

const settled = () => new Promise(resolve => setTimeout(resolve))

describe('my preferences', () => {
  it('are saved one after the other, and shown at once', async () => {
    const { session, waiting } = slowServer()
    void session.setPreferences({ client: { quiet: 'from ten' } })
    void session.setPreferences({ client: { quiet: 'from eleven' } })
    await settled()
    expect(waiting.length).toBe(1)
    expect(session.preferences?.client.quiet).toBe('from eleven')
    waiting[0]!()
    await settled()
    waiting[1]!()
    await settled()
    expect(session.preferences?.client.quiet).toBe('from eleven')
  })

  it('are what was asked for last, whichever answer comes last', async () => {
    const { session, waiting, change } = slowServer()
    session.reload()
    change('dark')
    session.reload()
    await settled()
    waiting[1]!()
    await settled()
    waiting[0]!()
    await settled()
    expect(session.preferences?.theme).toBe('dark')
  })
})
