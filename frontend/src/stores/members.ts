import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { Member, Role, Timestamp } from '@/api/types'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { createRetries } from '@/gateway/retries'

const byName = new Intl.Collator()
const RANKS: Record<Role, number> = { owner: 0, admin: 1, member: 2 }

/** Who is in which room. Rows of former members stay, with `role: null`, so that an older page cannot bring them back. */
export function createMembersStore(pinia: Pinia, { api, users }: { api: Api, users: UsersStore }) {
  return defineStore('members', () => {
    const byRoom = shallowReactive(new Map<number, ReadonlyMap<number, Member>>())
    /** Rooms of which every member was fetched. */
    const loaded = shallowReactive(new Set<number>())
    const retries = createRetries()

    /** Without a word when nothing is new: who opens a room asks each time, for the status of people has no version. */
    function apply(roomId: number, rows: readonly Member[]): void {
      const known = new Map(byRoom.get(roomId))
      let isNews = false
      for (const member of rows) {
        users.remember(member.user)
        if ((known.get(member.user.id)?.version ?? -1) >= member.version)
          continue
        known.set(member.user.id, member)
        isNews = true
      }
      if (isNews)
        byRoom.set(roomId, known)
    }

    function of(roomId: number): Member[] {
      const present = [...byRoom.get(roomId)?.values() ?? []].filter(isPresent)
      return present.sort((a, b) => RANKS[a.role] - RANKS[b.role] || compareNames(a, b))
    }

    function compareNames(a: Member, b: Member): number {
      return byName.compare(users.nameOf(a.user), users.nameOf(b.user))
    }

    async function load(roomId: number): Promise<void> {
      let cursor: string | undefined
      do {
        const page = await api.members.page(roomId, cursor)
        apply(roomId, page.results)
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      loaded.add(roomId)
    }

    /** Nothing that was known of the room can be trusted. */
    function restart(roomId: number): void {
      const wasLoaded = loaded.has(roomId)
      forget(roomId)
      if (wasLoaded)
        void retries.run(String(roomId), () => load(roomId))
    }

    /** After connecting: people came and went without a word to who was not there. */
    function reload(roomIds: readonly number[]): void {
      roomIds.filter(id => loaded.has(id)).forEach(id => void retries.run(String(id), () => load(id)))
    }

    function forget(roomId: number): void {
      byRoom.delete(roomId)
      loaded.delete(roomId)
    }

    return {
      of,
      load,
      apply,
      reload,
      restart,
      forget,
      close: retries.close,
      add: (roomId: number, userId: number) => api.members.add(roomId, userId),
      setRole: async (roomId: number, userId: number, role: 'admin' | 'member') =>
        apply(roomId, [await api.members.update(roomId, userId, { role })]),
      mute: async (roomId: number, userId: number, muted_until: Timestamp | null) =>
        apply(roomId, [await api.members.update(roomId, userId, { muted_until })]),
      kick: (roomId: number, userId: number) => api.members.kick(roomId, userId),
      bans: (roomId: number) => api.members.bans(roomId),
      ban: (roomId: number, userId: number, until?: Timestamp) => api.members.ban(roomId, userId, until),
      unban: (roomId: number, userId: number) => api.members.unban(roomId, userId),
    }
  })(pinia)
}

export type MembersStore = ReturnType<typeof createMembersStore>

function isPresent(member: Member): member is Member & { role: Role } {
  return member.role !== null
}
