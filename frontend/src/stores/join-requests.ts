import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { Events, JoinRequest } from '@/api/types'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { createRetries } from '@/gateway/retries'

/** Who asks to be let into the rooms that I look after, as far as somebody has looked. */
export function createJoinRequestsStore(pinia: Pinia, { api, users }: { api: Api, users: UsersStore }) {
  return defineStore('join-requests', () => {
    const byRoom = shallowReactive(new Map<number, readonly JoinRequest[]>())
    const retries = createRetries()

    async function fetch(roomId: number): Promise<void> {
      const rows = await api.members.requests(roomId)
      rows.forEach(({ user }) => users.remember(user))
      byRoom.set(roomId, rows)
    }

    const load = (roomId: number) => retries.run(String(roomId), () => fetch(roomId))

    function onRequested({ room_id, user, message }: Events['join_requested']): void {
      users.remember(user)
      const others = (byRoom.get(room_id) ?? []).filter(request => request.user.id !== user.id)
      byRoom.set(room_id, [...others, { user, message, created_at: new Date().toISOString() }])
    }

    /** Answered, here or elsewhere. */
    function settle(roomId: number, userId: number): void {
      const rows = byRoom.get(roomId)
      if (rows?.some(({ user }) => user.id === userId))
        byRoom.set(roomId, rows.filter(({ user }) => user.id !== userId))
    }

    async function answer(roomId: number, userId: number, call: Promise<void>): Promise<void> {
      await call
      settle(roomId, userId)
    }

    return {
      of: (roomId: number) => byRoom.get(roomId) ?? [],
      load,
      /** After connecting: what was asked meanwhile, no event told. */
      reload: () => byRoom.forEach((_rows, roomId) => void load(roomId)),
      onRequested,
      settle,
      letIn: (roomId: number, userId: number) => answer(roomId, userId, api.members.letIn(roomId, userId)),
      turnDown: (roomId: number, userId: number) => answer(roomId, userId, api.members.turnDown(roomId, userId)),
      forget: (roomId: number) => void byRoom.delete(roomId),
      close: retries.close,
    }
  })(pinia)
}

export type JoinRequestsStore = ReturnType<typeof createJoinRequestsStore>
