import type { Pinia } from 'pinia'
import type { CacheStorage, KeptDraft } from '@/cache/cache-storage'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { createLastWords } from '@/cache/last-words'

/** A pause in typing after which a draft is stored. */
const PAUSE_MS = 300

export interface DraftsStoreOptions {
  /** Shared by the tabs of one account. */
  name: string
  storage: Promise<CacheStorage>
}

type Mentions = KeptDraft['mentions']
type Content = Omit<KeptDraft, 'room_id'>
interface Change extends Content { roomId: number, before: string }

/** What was begun and not sent, room by room. It survives a reload, and is the same in all tabs of the account. */
export function createDraftsStore(pinia: Pinia, { name, storage }: DraftsStoreOptions) {
  return defineStore('drafts', () => {
    const byRoom = shallowReactive(new Map<number, KeptDraft>())
    const timers = new Map<number, ReturnType<typeof setTimeout>>()
    /** What the other tabs know of a room: they only follow a change of that. */
    const told = new Map<number, string>()
    /** Rooms whose draft the storage does not have yet, or no longer as it is. */
    const unsaved = new Set<number>()
    const lastWords = createLastWords<KeptDraft>(name, ({ room_id }) => room_id)
    const otherTabs = new BroadcastChannel(name)
    let isClosed = false

    const get = (roomId: number) => byRoom.get(roomId)?.text ?? ''
    const mentionsOf = (roomId: number) => byRoom.get(roomId)?.mentions ?? []
    const replyOf = (roomId: number) => byRoom.get(roomId)?.reply_to ?? null

    function show(roomId: number, { text, mentions, reply_to }: Content): void {
      if (text === '' && !reply_to)
        byRoom.delete(roomId)
      else
        byRoom.set(roomId, { room_id: roomId, text, mentions, reply_to: reply_to ?? null })
    }

    function set(roomId: number, text: string, mentions: Mentions = mentionsOf(roomId)): void {
      keep(roomId, { text, mentions, reply_to: replyOf(roomId) })
    }

    /** `messageId`: what it answers, or null. */
    function answer(roomId: number, messageId: number | null): void {
      keep(roomId, { text: get(roomId), mentions: mentionsOf(roomId), reply_to: messageId })
    }

    const clear = (roomId: number) => keep(roomId, { text: '', mentions: [], reply_to: null })

    function keep(roomId: number, content: Content): void {
      if (!told.has(roomId))
        told.set(roomId, get(roomId))
      show(roomId, content)
      unsaved.add(roomId)
      clearTimeout(timers.get(roomId))
      // An empty one was sent or thrown away: it must not come back.
      if (content.text === '')
        void save(roomId)
      else
        timers.set(roomId, setTimeout(save, PAUSE_MS, roomId))
    }

    async function save(roomId: number): Promise<void> {
      clearTimeout(timers.get(roomId))
      timers.delete(roomId)
      const draft = byRoom.get(roomId)
      const change: Change = { roomId, before: told.get(roomId) ?? '', text: get(roomId), mentions: mentionsOf(roomId).map(([id, name]) => [id, name]), reply_to: replyOf(roomId) }
      told.delete(roomId)
      if (!isClosed)
        otherTabs.postMessage(change)
      const { saveDraft, removeDraft } = await storage
      await (draft === undefined ? removeDraft(roomId) : saveDraft({ ...draft, mentions: change.mentions })).catch(() => {})
      if (byRoom.get(roomId) === draft)
        settle(roomId)
    }

    function settle(roomId: number): void {
      unsaved.delete(roomId)
      lastWords.forget(roomId)
    }

    /** The page may be about to end, and with it what is on its way to the storage. */
    function flush(): void {
      unsaved.forEach(roomId => lastWords.keep(byRoom.get(roomId) ?? { room_id: roomId, text: '', mentions: [] }));
      [...timers.keys()].forEach(roomId => void save(roomId))
    }

    /** Somebody who wrote something else here keeps it. */
    otherTabs.onmessage = ({ data }: MessageEvent<Change>) => {
      if (get(data.roomId) === data.before && !timers.has(data.roomId))
        show(data.roomId, data)
    }

    /** Shows what was kept, also when the storage takes long to answer: not where somebody has written since. */
    function restore(kept: readonly KeptDraft[]): void {
      const unheard = lastWords.all().filter(({ room_id }) => !unsaved.has(room_id))
      unheard.forEach(({ room_id, ...content }) => keep(room_id, content))
      kept.filter(({ room_id }) => !unsaved.has(room_id) && !byRoom.has(room_id)).forEach(draft => byRoom.set(draft.room_id, draft))
    }

    /** The room is lost: nothing of it stays on the device; what was written stays in memory, to be copied. */
    function lose(roomId: number, unsent: readonly string[]): void {
      const rest = [...unsent, get(roomId)].filter(Boolean).join('\n\n')
      clearTimeout(timers.get(roomId))
      timers.delete(roomId)
      show(roomId, { text: rest, mentions: [] })
      settle(roomId)
    }

    function close(): void {
      isClosed = true
      timers.forEach(clearTimeout)
      otherTabs.close()
    }

    /** Signed out: nothing stays on the device. */
    function forget(): void {
      lastWords.all().forEach(({ room_id }) => lastWords.forget(room_id))
    }

    return { byRoom, get, set, mentionsOf, replyOf, answer, clear, flush, restore, lose, close, forget }
  })(pinia)
}

export type DraftsStore = ReturnType<typeof createDraftsStore>
