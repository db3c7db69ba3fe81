import type { DBSchema, IDBPDatabase } from 'idb'
import type { Me, Message, Room } from '@/api/types'
import { deleteDB, openDB } from 'idb'

/** Which life of the server the rows below belong to: a restored backup begins another. */
interface OfEpoch { epoch: string }

export interface KeptHead extends OfEpoch { me: Me | null }

/** A room as it was last known. Its tail, if there is one, holds every change up to `version`. */
export interface KeptRoom extends OfEpoch { id: number, version: number, room: Room }

/** The newest messages of a room, without a gap, with every change up to `version`. */
export interface KeptTail extends OfEpoch { room_id: number, version: number, messages: Message[] }

export interface KeptDraft {
  room_id: number
  text: string
  mentions: [id: number, name: string][]
  /** The message it answers: only its id, for a recalled text must not live on here. */
  reply_to?: number | null
}

export interface KeptAll { head: KeptHead | null, rooms: KeptRoom[], drafts: KeptDraft[] }

/** What this device keeps of an account, to show it before the network answers. Nothing in it is needed to go on. */
export interface CacheStorage {
  load: () => Promise<KeptAll>
  tail: (roomId: number) => Promise<KeptTail | null>
  /** Rooms and their tails in one transaction: a version never stands beside rows that are older. */
  keep: (head: KeptHead, rooms: KeptRoom[], tails: KeptTail[]) => Promise<void>
  saveDraft: (draft: KeptDraft) => Promise<void>
  removeDraft: (roomId: number) => Promise<void>
  /** Room, messages and draft. */
  forgetRoom: (roomId: number) => Promise<void>
  /** Deletes everything, for ever. */
  destroy: () => Promise<void>
}

interface Schema extends DBSchema {
  head: { key: 'head', value: KeptHead }
  rooms: { key: number, value: KeptRoom }
  tails: { key: number, value: KeptTail }
  drafts: { key: number, value: KeptDraft }
}

const STORES = ['head', 'rooms', 'tails', 'drafts'] as const

/** In IndexedDB; where the browser has none or forbids it, nothing is kept. */
export async function openCacheStorage(name: string): Promise<CacheStorage> {
  try {
    return databaseStorage(await openDatabase(name), name)
  }
  catch {
    return noStorage
  }
}

function openDatabase(name: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      database.createObjectStore('head')
      database.createObjectStore('rooms', { keyPath: 'id' })
      database.createObjectStore('tails', { keyPath: 'room_id' })
      database.createObjectStore('drafts', { keyPath: 'room_id' })
    },
    // Another tab deletes the database at sign-out: it must not wait for this one.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
}

function databaseStorage(database: IDBPDatabase<Schema>, name: string): CacheStorage {
  return {
    async load() {
      const transaction = database.transaction(STORES)
      const [head, rooms, drafts] = await Promise.all([
        transaction.objectStore('head').get('head'),
        transaction.objectStore('rooms').getAll(),
        transaction.objectStore('drafts').getAll(),
      ])
      return { head: head ?? null, rooms, drafts }
    },
    tail: async roomId => await database.get('tails', roomId) ?? null,
    async keep(head, rooms, tails) {
      const transaction = database.transaction(STORES, 'readwrite')
      void transaction.objectStore('head').put(head, 'head')
      rooms.forEach(room => void transaction.objectStore('rooms').put(room))
      tails.forEach(tail => void transaction.objectStore('tails').put(tail))
      commit(transaction)
      await transaction.done
    },
    async saveDraft(draft) {
      const transaction = database.transaction('drafts', 'readwrite')
      void transaction.store.put(draft)
      commit(transaction)
      await transaction.done
    },
    removeDraft: roomId => database.delete('drafts', roomId),
    async forgetRoom(roomId) {
      const transaction = database.transaction(STORES, 'readwrite')
      ;(['rooms', 'tails', 'drafts'] as const).forEach(store => void transaction.objectStore(store).delete(roomId))
      await transaction.done
    },
    async destroy() {
      database.close()
      await deleteDB(name)
    },
  }
}

/** Not when the answers have come: a page that is about to end would not see them any more. */
function commit(transaction: { commit?: () => void }): void {
  transaction.commit?.()
}

const noStorage: CacheStorage = {
  load: async () => ({ head: null, rooms: [], drafts: [] }),
  tail: async () => null,
  keep: async () => {},
  saveDraft: async () => {},
  removeDraft: async () => {},
  forgetRoom: async () => {},
  destroy: async () => {},
}
