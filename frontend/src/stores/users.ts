import type { Pinia } from 'pinia'
import type { Api } from '@/api/endpoints'
import type { Message, Room, Sender, Status, User } from '@/api/types'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

/** Everybody seen so far; the status of some is not known. */
export type Person = Sender & Partial<User>

/** The newest name and picture of everybody: messages and rooms hold what they were when they were written. */
export function createUsersStore(pinia: Pinia, { api, server }: { api: Api, server: string }) {
  return defineStore('users', () => {
    const byId = shallowReactive(new Map<number, Person>())
    /** What I call people, whatever they call themselves. */
    const remarks = shallowReactive(new Map<number, string>())

    function remember(person: Person | null | undefined): void {
      if (person === null || person === undefined)
        return
      const known = byId.get(person.id)
      if (known === undefined || Object.entries(person).some(([key, value]) => known[key as keyof Person] !== value))
        byId.set(person.id, { ...known, ...person })
    }

    function rememberFromMessage({ sender, reply_to, system }: Message): void {
      remember(sender)
      remember(reply_to?.sender)
      remember(system?.actor)
      remember(system?.target)
    }

    function rememberFromRoom({ peer, last_message }: Room): void {
      remember(peer)
      if (last_message !== null)
        rememberFromMessage(last_message)
    }

    /** Ignored for people whose name is not known: nobody can be looking at them. */
    function setPresence(id: number, presence: { status: Status, status_text?: string, last_seen_at?: string | null }) {
      const known = byId.get(id)
      if (known !== undefined)
        remember({ ...known, ...presence })
    }

    /** What somebody is called on my screen. */
    function nameOf(who: Sender | number): string {
      return remarks.get(typeof who === 'number' ? who : who.id) ?? ownNameOf(who)
    }

    /** What they call themselves. */
    function ownNameOf(who: Sender | number): string {
      const known = byId.get(typeof who === 'number' ? who : who.id) ?? (typeof who === 'number' ? null : who)
      return known === null ? '' : known.display_name || known.username
    }

    /** Their account was deleted: only the number is left. */
    function isGone(who: Sender): boolean {
      return (byId.get(who.id) ?? who).username === ''
    }

    function avatarOf(who: Sender): string | null {
      return mediaUrl((byId.get(who.id) ?? who).avatar_url)
    }

    function mediaUrl(url: string | null): string | null {
      return url === null ? null : new URL(url, server).href
    }

    async function search(q: string): Promise<User[]> {
      const found = await api.users.search(q)
      found.forEach(remember)
      return found
    }

    async function load(id: number): Promise<User> {
      const user = await api.users.get(id)
      remember(user)
      return user
    }

    async function loadRemarks(): Promise<void> {
      const rows = await api.users.remarks()
      remarks.clear()
      rows.forEach(({ user_id, name }) => remarks.set(user_id, name))
    }

    function onRemark(userId: number, name: string | null): void {
      if (name === null)
        remarks.delete(userId)
      else
        remarks.set(userId, name)
    }

    async function setRemark(userId: number, name: string | null): Promise<void> {
      await (name === null ? api.users.forgetRemark(userId) : api.users.remark(userId, name))
      onRemark(userId, name)
    }

    return {
      get: (id: number) => byId.get(id),
      nameOf,
      ownNameOf,
      isGone,
      remarkOf: (id: number) => remarks.get(id),
      loadRemarks,
      onRemark,
      setRemark,
      avatarOf,
      mediaUrl,
      search,
      load,
      remember,
      rememberFromMessage,
      rememberFromRoom,
      setPresence,
    }
  })(pinia)
}

export type UsersStore = ReturnType<typeof createUsersStore>
