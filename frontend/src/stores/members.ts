import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { Member, Role, Timestamp } from '@/api/types'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { createRetries } from '@/gateway/retries'

const byName = new Intl.Collator()
const RANKS: Record<Role, number> = { owner: 0, admin: 1, member: 2 }

export interface MembersStoreOptions {
  api: Api
  users: UsersStore
  /** Another number each time that the presence of a room begins to flow. */
  onAirSince: (roomId: number) => Promise<number | undefined>
}

/** Who is in which room. Rows of former members stay, with `role: null`, so that an older page cannot bring them back. */
export function createMembersStore(pinia: Pinia, { api, users, onAirSince }: MembersStoreOptions) {
  return defineStore('members', () => {
    const byRoom = shallowReactive(new Map<number, ReadonlyMap<number, Member>>())
    /** Rooms of which every member was fetched, and while on the air since when. */
    const loaded = new Map<number, number | undefined>()
    const pending = new Map<number, Promise<void>>()
    /** Rooms that somebody wanted to see when nothing came. */
    const missed = new Set<number>()
    const retries = createRetries()

    /** Without a word when nothing is new: the status of people has no version, so all may be fetched again. */
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

    /** Who is in it: once all are known, events tell of every change. */
    async function load(roomId: number): Promise<void> {
      if (!loaded.has(roomId))
        await fetch(roomId)
    }

    /** And how they are: that is only told of while the room is on the air. */
    async function look(roomId: number): Promise<void> {
      const since = await onAirSince(roomId)
      if (since === undefined || loaded.get(roomId) !== since)
        await fetch(roomId)
    }

    function fetch(roomId: number): Promise<void> {
      const running = pending.get(roomId)
      if (running !== undefined)
        return running
      const fetching: Promise<void> = fetchAll(roomId).then((since) => {
        // Not when everything was forgotten meanwhile.
        if (pending.get(roomId) === fetching)
          loaded.set(roomId, since)
        missed.delete(roomId)
      }, (error) => {
        missed.add(roomId)
        throw error
      }).finally(() => pending.get(roomId) === fetching && pending.delete(roomId))
      pending.set(roomId, fetching)
      return fetching
    }

    /** -> since when what changes is told: before the first page was asked for. */
    async function fetchAll(roomId: number): Promise<number | undefined> {
      const since = await onAirSince(roomId)
      let cursor: string | undefined
      do {
        const page = await api.members.page(roomId, cursor)
        apply(roomId, page.results)
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      return since
    }

    /** Nothing that was known of the room can be trusted. */
    function restart(roomId: number): void {
      const wasLoaded = loaded.has(roomId)
      forget(roomId)
      if (wasLoaded)
        void retries.run(String(roomId), () => fetch(roomId))
    }

    /** After connecting: people came and went without a word to who was not there. */
    function reload(roomIds: readonly number[]): void {
      pending.clear()
      roomIds.filter(id => loaded.has(id) || missed.has(id)).forEach(id => void retries.run(String(id), () => fetch(id)))
    }

    function forget(roomId: number): void {
      byRoom.delete(roomId)
      loaded.delete(roomId)
      pending.delete(roomId)
      missed.delete(roomId)
    }

    return {
      of,
      load,
      look,
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
