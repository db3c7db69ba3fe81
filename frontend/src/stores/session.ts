import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { Limits, Me, MePatch, PreferencesPatch, Ready, Server, Session, Status, User } from '@/api/types'
import type { Request } from '@/gateway/requests'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { createRetries } from '@/gateway/retries'
import { patched } from './preferences'
import { createTurns } from './turns'

export interface SessionStoreOptions {
  api: Api
  request: Request
  users: UsersStore
  /** I am not as I was. */
  onChange: () => void
}

/** Who I am, as the server last said, and what this session may do. */
export function createSessionStore(pinia: Pinia, { api, request, users, onChange }: SessionStoreOptions) {
  return defineStore('session', () => {
    const own = shallowRef<Me | null>(null)
    /** My name, picture and status as they were last seen anywhere: events about people tell of me too. */
    const me = computed(() => own.value === null ? null : { ...own.value, ...users.get(own.value.id), preferences: preferences.value! })
    /** What was chosen here and is on its way: it holds at once, and no longer when the server refuses it. */
    const wanted = shallowReactive(new Map<symbol, PreferencesPatch>())
    const preferences = computed(() => own.value === null ? null : [...wanted.values()].reduce(patched, own.value.preferences))
    const limits = shallowRef<Limits | null>(null)
    const server = shallowRef<Server | null>(null)
    /** The id of this signed-in device. */
    const id = shallowRef<number | null>(null)
    /** The last device that has signed in while this one was there. */
    const newDevice = shallowRef<Session | null>(null)
    const retries = createRetries()
    const turns = createTurns()
    /** Choices go one after the other: of two that name the same thing the later one stays. */
    let saving: Promise<unknown> = Promise.resolve()

    function setMe(user: Me): void {
      own.value = user
      users.remember(publicPart(user))
      onChange()
    }

    /** As this device remembers me: whatever the server said first is newer. */
    function restore(kept: Me | null): void {
      if (own.value === null && kept !== null)
        setMe(kept)
    }

    function onReady(ready: Ready): void {
      onServer(ready)
      id.value = ready.session_id
      users.remember(ready.user)
      reload()
    }

    /** As `ready` tells it, and whenever an administrator changes it. */
    function onServer(said: Pick<Ready, 'server' | 'limits'>): void {
      server.value = said.server
      limits.value = said.limits
    }

    /** What I alone see of me, preferences say, changed on another device, or may have while the connection was lost. */
    function reload(): void {
      void retries.run('me', refresh)
    }

    async function refresh(): Promise<void> {
      const isNews = turns.ask()
      const fresh = await api.account.me()
      if (!isNews())
        return
      // This call may have been quicker than the news of my connection: `ready` and events know how I am shown.
      setMe({ ...fresh, status: users.get(fresh.id)?.status ?? fresh.status })
    }

    /** It is told to itself, too. */
    function onNewSession(session: Session): void {
      if (session.id !== id.value)
        newDevice.value = session
    }

    async function update(patch: MePatch): Promise<void> {
      setMe(await api.account.update(patch))
    }

    async function setPreferences(patch: PreferencesPatch): Promise<void> {
      const key = Symbol('choice')
      wanted.set(key, patch)
      try {
        const mine = saving.then(() => update({ preferences: patch }))
        saving = mine.catch(() => {})
        await mine
      }
      finally {
        wanted.delete(key)
      }
    }

    async function changePicture(call: Promise<void>): Promise<void> {
      await call
      await refresh()
    }

    async function setStatus(status: Status, status_text?: string): Promise<void> {
      await request('set_status', status_text === undefined ? { status } : { status, status_text })
      if (me.value !== null)
        setMe({ ...me.value, status, status_text: status_text ?? me.value.status_text })
    }

    return {
      me,
      limits,
      server,
      id,
      newDevice,
      onNewSession,
      setMe,
      restore,
      onReady,
      reload,
      onServer,
      preferences,
      update,
      setPreferences,
      setStatus,
      setAvatar: (file: Blob) => changePicture(api.account.setAvatar(file)),
      removeAvatar: () => changePicture(api.account.removeAvatar()),
      changePassword: api.account.changePassword,
      close: retries.close,
    }
  })(pinia)
}

export type SessionStore = ReturnType<typeof createSessionStore>

function publicPart({ id, username, display_name, avatar_url, is_bot, status, status_text, last_seen_at }: Me): User {
  return { id, username, display_name, avatar_url, is_bot, status, status_text, last_seen_at }
}
