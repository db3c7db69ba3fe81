import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Status } from '@/api/types'
import type { Request } from '@/gateway/requests'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

const TYPING_LASTS_MS = 6_000
/** Often enough that it never lapses for others, well under the server's one a second. */
const TYPING_EVERY_MS = 3_000

export interface PresenceStoreOptions {
  myId: number
  users: UsersStore
  request: Request
}

/** Who is there, and who is typing. */
export function createPresenceStore(pinia: Pinia, { myId, users, request }: PresenceStoreOptions) {
  return defineStore('presence', () => {
    /** Room → user → the timer that ends it. */
    const typing = shallowReactive(new Map<number, ReadonlyMap<number, ReturnType<typeof setTimeout>>>())
    const typedAt = new Map<number, number>()

    function typingIn(roomId: number): number[] {
      return [...typing.get(roomId)?.keys() ?? []]
    }

    function onTyping(roomId: number, userId: number): void {
      if (userId === myId)
        return
      stopTyping(roomId, userId)
      const timer = setTimeout(stopTyping, TYPING_LASTS_MS, roomId, userId)
      typing.set(roomId, new Map(typing.get(roomId)).set(userId, timer))
    }

    function stopTyping(roomId: number, userId: number): void {
      const there = typing.get(roomId)
      if (there?.has(userId) !== true)
        return
      clearTimeout(there.get(userId))
      typing.set(roomId, new Map([...there].filter(([id]) => id !== userId)))
    }

    function typed(roomId: number): void {
      const now = Date.now()
      if (now - (typedAt.get(roomId) ?? 0) < TYPING_EVERY_MS)
        return
      typedAt.set(roomId, now)
      // Nobody waits for it: a lost one is repeated by the next key.
      request('typing', { room_id: roomId }).catch(() => {})
    }

    return {
      statusOf: (userId: number): Status => users.get(userId)?.status ?? 'offline',
      typingIn,
      typed,
      onTyping,
      stopTyping,
      onOnline: (userId: number) => users.setPresence(userId, { status: 'online' }),
      onOffline: (userId: number, last_seen_at: string | null) =>
        users.setPresence(userId, { status: 'offline', last_seen_at }),
      onChanged: (userId: number, status: Status, status_text: string) =>
        users.setPresence(userId, { status, status_text }),
    }
  })(pinia)
}

export type PresenceStore = ReturnType<typeof createPresenceStore>
