import type { DBSchema, IDBPDatabase } from 'idb'
import type { OutboxEntry, OutboxStorage } from './outbox-entry'
import { deleteDB, openDB } from 'idb'
import { claimFrom } from './outbox-entry'

interface Schema extends DBSchema {
  outbox: {
    key: number
    value: OutboxEntry
    indexes: { room: number, nonce: string }
  }
}

/** Kept in IndexedDB; in memory where the browser has none or forbids it. */
export async function openOutboxStorage(name: string): Promise<OutboxStorage> {
  try {
    return databaseStorage(await openDatabase(name), name)
  }
  catch {
    return memoryStorage()
  }
}

function openDatabase(name: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      const outbox = database.createObjectStore('outbox', { keyPath: 'order', autoIncrement: true })
      outbox.createIndex('room', 'message.room_id')
      outbox.createIndex('nonce', 'message.nonce', { unique: true })
    },
    // Another tab deletes the database at sign-out: it must not wait for this one.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
}

function databaseStorage(database: IDBPDatabase<Schema>, name: string): OutboxStorage {
  const change: OutboxStorage['change'] = async (nonce, changes) => {
    const { store, done } = database.transaction('outbox', 'readwrite')
    const entry = await store.index('nonce').get(nonce)
    if (entry !== undefined)
      await store.put({ ...entry, ...changes })
    await done
  }

  return {
    all: () => database.getAll('outbox'),
    async add(entry) {
      const transaction = database.transaction('outbox', 'readwrite')
      const adding = transaction.store.add(entry as OutboxEntry)
      // The page may end before it hears that this is done: what is not committed by then is thrown away.
      transaction.commit()
      const [order] = await Promise.all([adding, transaction.done])
      return { ...entry, order }
    },
    async claim(roomId, until) {
      const { store, done } = database.transaction('outbox', 'readwrite')
      const claim = claimFrom(await store.index('room').getAll(roomId), until)
      if (claim !== null && 'entry' in claim)
        await store.put(claim.entry)
      await done
      return claim
    },
    change,
    async remove(nonce) {
      const { store, done } = database.transaction('outbox', 'readwrite')
      const order = await store.index('nonce').getKey(nonce)
      if (order !== undefined)
        await store.delete(order)
      await done
    },
    async destroy() {
      database.close()
      await deleteDB(name)
    },
  }
}

export function memoryStorage(kept: OutboxEntry[] = []): OutboxStorage {
  let entries = kept
  let lastOrder = Math.max(0, ...kept.map(entry => entry.order))

  function replace(next: OutboxEntry): void {
    entries = entries.map(entry => entry.order === next.order ? next : entry)
  }

  return {
    all: async () => entries,
    async add(entry) {
      const added = { ...entry, order: ++lastOrder }
      entries = [...entries, added]
      return added
    },
    async claim(roomId, until) {
      const claim = claimFrom(entries.filter(entry => entry.message.room_id === roomId), until)
      if (claim !== null && 'entry' in claim)
        replace(claim.entry)
      return claim
    },
    async change(nonce, changes) {
      const entry = entries.find(entry => entry.message.nonce === nonce)
      if (entry !== undefined)
        replace({ ...entry, ...changes })
    },
    async remove(nonce) {
      entries = entries.filter(entry => entry.message.nonce !== nonce)
    },
    async destroy() {
      entries = []
    },
  }
}
