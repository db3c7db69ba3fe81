import type { DraftsStore } from './drafts'
import type { CacheStorage } from '@/cache/cache-storage'
import { IDBFactory } from 'fake-indexeddb'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCacheStorage } from '@/cache/cache-storage'
import { eventually } from '@/testing/eventually'
import { createDraftsStore } from './drafts'
import 'fake-indexeddb/auto'

const open: DraftsStore[] = []

function aStore(storage: Promise<CacheStorage>): DraftsStore {
  const drafts = createDraftsStore(createPinia(), { name: 'chat.drafts.test', storage })
  open.push(drafts)
  return drafts
}

async function aTab(): Promise<DraftsStore> {
  const storage = openCacheStorage('chat.cache.test')
  const drafts = aStore(storage)
  drafts.restore((await (await storage).load()).drafts)
  return drafts
}

beforeEach(() => {
  sessionStorage.clear()
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => open.splice(0).forEach(drafts => drafts.close()))

describe('a draft', () => {
  it('survives a reload, with whom it mentions', async () => {
    const tab = await aTab()
    tab.set(7, '@林晓 周五', [[2, '林晓']])
    tab.flush()
    await eventually(async () => expect((await aTab()).get(7)).toBe('@林晓 周五'))
    expect(open.at(-1)!.mentionsOf(7)).toEqual([[2, '林晓']])
  })

  it('does not come back once it was sent', async () => {
    const tab = await aTab()
    tab.set(7, 'hello')
    tab.flush()
    await eventually(async () => expect((await aTab()).get(7)).toBe('hello'))
    tab.set(7, '')
    await eventually(async () => expect((await aTab()).get(7)).toBe(''))
  })

  it('survives a page that ends before the storage has it, and so does its end', async () => {
    const ending = aStore(new Promise(() => {}))
    ending.set(7, 'half a sen')
    ending.flush()
    expect((await aTab()).get(7)).toBe('half a sen')
    await eventually(() => expect(sessionStorage).toHaveLength(0))
    const next = aStore(new Promise(() => {}))
    next.restore([{ room_id: 7, text: 'half a sen', mentions: [] }])
    next.clear(7)
    next.flush()
    expect((await aTab()).get(7)).toBe('')
  })

  it('that was begun anew is not overwritten by a storage that answers late', () => {
    const tab = aStore(new Promise(() => {}))
    tab.set(7, 'new')
    tab.set(8, 'sent')
    tab.clear(8)
    tab.restore([7, 8, 9].map(room_id => ({ room_id, text: 'old', mentions: [] })))
    expect([7, 8, 9].map(tab.get)).toEqual(['new', '', 'old'])
  })

  it('leaves nothing behind when somebody signs out', () => {
    const tab = aStore(new Promise(() => {}))
    tab.set(7, 'between us')
    tab.flush()
    tab.forget()
    expect(sessionStorage).toHaveLength(0)
  })

  it('keeps what it answers over a reload, also before a word is written', async () => {
    const tab = await aTab()
    tab.answer(7, 41)
    await eventually(async () => expect((await aTab()).replyOf(7)).toBe(41))
    tab.set(7, 'yes')
    tab.flush()
    await eventually(async () => expect((await aTab()).get(7)).toBe('yes'))
    expect(open.at(-1)!.replyOf(7)).toBe(41)
    tab.clear(7)
    await eventually(async () => expect((await aTab()).replyOf(7)).toBe(null))
  })

  it('is the same in the other tab, unless somebody writes something else there', async () => {
    const [one, other] = [await aTab(), await aTab()]
    one.set(7, 'from one')
    one.flush()
    await eventually(() => expect(other.get(7)).toBe('from one'))
    other.set(7, 'from one, and more')
    one.set(7, '')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(other.get(7)).toBe('from one, and more')
  })
})
