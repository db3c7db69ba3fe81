import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { expect, it, vi } from 'vitest'
import { databaseName, forgetOthers } from './device'
import 'fake-indexeddb/auto'

const HERE = 'http://chat.test'

it('what a closed page left behind of others goes, what is mine or of another server stays', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  const mine = [databaseName('chat.cache', HERE, 1), databaseName('chat.outbox', HERE, 1)]
  const elsewhere = databaseName('chat.cache', `${HERE}.example`, 2)
  for (const name of [...mine, elsewhere, databaseName('chat.cache', HERE, 2), databaseName('chat.outbox', HERE, 12)])
    (await openDB(name, 1)).close()
  await forgetOthers(HERE, 1)
  const names = async () => (await indexedDB.databases()).map(({ name }) => name).sort()
  expect(await names()).toEqual([...mine, elsewhere].sort())
  await forgetOthers(HERE, null)
  expect(await names()).toEqual([elsewhere])
})
