import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type { FriendRequest, User } from '@/api/types'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { createRetries } from '@/gateway/retries'
import { createTurns } from './turns'

/** Friends, requests and blocks: short lists without versions, so every change fetches them again once somebody looks. */
export function createContactsStore(pinia: Pinia, { api, users }: { api: Api, users: UsersStore }) {
  return defineStore('contacts', () => {
    const friends = shallowRef<User[]>([])
    const requests = shallowRef<FriendRequest[]>([])
    const blocks = shallowRef<User[]>([])
    const loaded = ref(false)
    const retries = createRetries()
    const turns = createTurns()

    async function load(): Promise<void> {
      const isNews = turns.ask()
      const [friendly, waiting, blocked] = await Promise.all([api.users.friends(), api.users.friendRequests(), api.users.blocks(), users.loadRemarks()])
      if (!isNews())
        return
      friends.value = friendly
      requests.value = waiting
      blocks.value = blocked
      const people = [...friends.value, ...blocks.value, ...requests.value.map(request => request.user)]
      people.forEach(users.remember)
      loaded.value = true
    }

    /** Something changed, here or elsewhere, or may have while the connection was lost. */
    function reload(): void {
      if (loaded.value)
        void retries.run('contacts', load)
    }

    /** The first time, and until it works. */
    const start = () => void retries.run('contacts', load)

    async function change(answer: Promise<unknown>): Promise<void> {
      await answer
      reload()
    }

    return {
      friends,
      requests,
      blocks,
      loaded,
      load,
      start,
      reload,
      ask: (userId: number, message?: string) => change(api.users.askFriend(userId, message)),
      accept: (userId: number) => change(api.users.acceptFriend(userId)),
      /** Ends a friendship, declines a request, or takes my own back. */
      remove: (userId: number) => change(api.users.removeFriend(userId)),
      block: (userId: number) => change(api.users.block(userId)),
      unblock: (userId: number) => change(api.users.unblock(userId)),
      close: retries.close,
    }
  })(pinia)
}

export type ContactsStore = ReturnType<typeof createContactsStore>
