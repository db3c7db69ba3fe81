import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { Limits, Me, MePatch, Ready, Status, User } from '@/api/types'
import type { Request } from '@/gateway/requests'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { createRetries } from '@/gateway/retries'

export interface SessionStoreOptions {
  api: Api
  request: Request
  users: UsersStore
}

/** Who I am, as the server last said, and what this session may do. */
export function createSessionStore(pinia: Pinia, { api, request, users }: SessionStoreOptions) {
  return defineStore('session', () => {
    const own = shallowRef<Me | null>(null)
    /** My name, picture and status as they were last seen anywhere: events about people tell of me too. */
    const me = computed(() => own.value === null ? null : { ...own.value, ...users.get(own.value.id) })
    const limits = shallowRef<Limits | null>(null)
    /** The id of this signed-in device. */
    const id = shallowRef<number | null>(null)
    const retries = createRetries()

    function setMe(user: Me): void {
      own.value = user
      users.remember(publicPart(user))
    }

    function onReady(ready: Ready): void {
      limits.value = ready.limits
      id.value = ready.session_id
      users.remember(ready.user)
      void retries.run('me', refresh)
    }

    /** Preferences may have changed on another device: I am read afresh after connecting. */
    async function refresh(): Promise<void> {
      const fresh = await api.account.me()
      // This call may have been quicker than the news of my connection: `ready` and events know how I am shown.
      setMe({ ...fresh, status: users.get(fresh.id)?.status ?? fresh.status })
    }

    async function update(patch: MePatch): Promise<void> {
      setMe(await api.account.update(patch))
    }

    async function setStatus(status: Status, status_text?: string): Promise<void> {
      await request('set_status', status_text === undefined ? { status } : { status, status_text })
      if (me.value !== null)
        setMe({ ...me.value, status, status_text: status_text ?? me.value.status_text })
    }

    return {
      me,
      limits,
      id,
      setMe,
      onReady,
      update,
      setStatus,
      changePassword: api.account.changePassword,
      close: retries.close,
    }
  })(pinia)
}

export type SessionStore = ReturnType<typeof createSessionStore>

function publicPart({ id, username, display_name, avatar_url, is_bot, status, status_text, last_seen_at }: Me): User {
  return { id, username, display_name, avatar_url, is_bot, status, status_text, last_seen_at }
}
