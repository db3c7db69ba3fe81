import type { Pinia } from 'pinia'
import type { RoomsStore } from './rooms'
import type { PendingMessage, Row } from './rows'
import type { PageBounds, Timeline } from './timeline'
import type { Timelines } from './timelines'
import type { UsersStore } from './users'
import type { Api, MessagesQuery } from '@/api/endpoints'
import type { Draft, Message, MessagePage, Timestamp } from '@/api/types'
import type { Outbox } from '@/gateway/outbox'
import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { ChatError } from '@/api/errors'
import { PATIENCE_MS } from '@/cache/cache'
import { within } from '@/cache/within'
import { createNonce } from '@/gateway/nonce'
import { pendingMessage } from './rows'

export { isPending, rowKey } from './rows'
export type { PendingMessage, Row } from './rows'

/** A room that nobody looks at keeps this many in memory, once it holds more than the most. */
const MOST_ROWS = 2_000
const KEPT_ROWS = 500

/** A window shorter than this is filled up with the newest page when its room is opened. */
const ENOUGH_ROWS = 30

/** What is shown of one room. */
export interface TimelineView {
  /** Ascending, own unsent ones last. */
  readonly rows: Row[]
  readonly hasBefore: boolean
  readonly hasAfter: boolean
  readonly loading: boolean
  readonly error: ChatError | null
}

export interface MessagesStoreOptions {
  myId: number
  api: Api
  timelines: Timelines
  users: UsersStore
  rooms: RoomsStore
  outbox: Outbox
  /** The newest messages of a room that this device kept. */
  tail: (roomId: number) => Promise<Message[]>
  /** The server is bringing the room up to date: nothing of it need be asked for. */
  isBehind: (roomId: number) => boolean
  /** More of a room is held than before. */
  onPage: () => void
  /** Less is held than before. */
  onTrim: (roomId: number) => void
}

interface Progress {
  loads: number
  error: ChatError | null
}

export function createMessagesStore(pinia: Pinia, options: MessagesStoreOptions) {
  const { myId, api, timelines, users, rooms, outbox, tail, isBehind, onPage, onTrim } = options

  return defineStore('messages', () => {
    /** Timelines are plain objects, quick for thousands of rows; these counters tell Vue when one changed. */
    const revisions = shallowReactive(new Map<number, number>())
    const progress = shallowReactive(new Map<number, Progress>())
    const views = new Map<number, TimelineView>()
    const opened = new Set<number>()
    const recalledTexts = new Map<number, string>()
    /** Rooms in which somebody went somewhere, and how often. */
    const ways = new Map<number, number>()

    function touch(roomId: number): void {
      revisions.set(roomId, (revisions.get(roomId) ?? 0) + 1)
    }

    /** With the newest message that the room knows of: without it a few held ones would look like all. */
    function timelineOf(roomId: number): Timeline {
      const timeline = timelines.of(roomId)
      timeline.lastSeq = Math.max(timeline.lastSeq, rooms.get(roomId)?.last_seq ?? 0)
      return timeline
    }

    /* ---- what is shown ---- */

    function timeline(roomId: number): TimelineView {
      const view = views.get(roomId) ?? createView(roomId)
      views.set(roomId, view)
      return view
    }

    function createView(roomId: number): TimelineView {
      const shown = computed(() => {
        // Read for its own sake: it makes this run again.
        revisions.get(roomId)
        const { shown, hasBefore, hasAfter } = timelineOf(roomId)
        return { held: shown, hasBefore, hasAfter }
      })
      const pending = computed(() => shown.value.hasAfter ? [] : pendingIn(roomId))
      // Most of the time nothing is pending: then there is nothing to copy.
      const rows = computed<Row[]>(() => pending.value.length === 0 ? shown.value.held : [...shown.value.held, ...pending.value])
      return {
        get rows() { return rows.value },
        get hasBefore() { return shown.value.hasBefore },
        get hasAfter() { return shown.value.hasAfter },
        get loading() { return (progress.get(roomId)?.loads ?? 0) > 0 },
        get error() { return progress.get(roomId)?.error ?? null },
      }
    }

    function pendingIn(roomId: number): PendingMessage[] {
      return outbox.entries.value.filter(({ message }) => message.room_id === roomId).map(pendingMessage)
    }

    /* ---- what the server says ---- */

    function apply(message: Message): void {
      users.rememberFromMessage(message)
      settle(message)
      const timeline = timelines.of(message.room_id)
      if (timeline.upsert(message)) {
        // The first message of a room that was opened empty.
        if (opened.has(message.room_id))
          timeline.anchor ??= message.seq
        if (timeline.rows.size > MOST_ROWS && !opened.has(message.room_id))
          trim(message.room_id, timeline)
        touch(message.room_id)
      }
      rooms.onMessage(message)
      if (message.recalled_at !== null)
        void rewriteKept(message.room_id)
    }

    /** What the server has is not on its way any more. */
    function settle({ sender, nonce }: Message): void {
      if (sender?.id === myId)
        outbox.seen(nonce)
    }

    function trim(roomId: number, timeline: Timeline): void {
      timeline.trim(KEPT_ROWS)
      onTrim(roomId)
    }

    /** What this device kept is shown before the network answers. Names in it are older than any other. */
    async function restore(roomId: number): Promise<void> {
      opened.add(roomId)
      await within(PATIENCE_MS, tail(roomId).then(kept => showKept(roomId, kept)))
    }

    function showKept(roomId: number, kept: readonly Message[]): void {
      const timeline = timelineOf(roomId)
      for (const message of kept) {
        if (message.sender !== null && users.get(message.sender.id) === undefined)
          users.rememberFromMessage(message)
        settle(message)
        timeline.upsert(message)
      }
      timeline.anchor ??= timeline.tail(1)[0]?.seq ?? null
      touch(roomId)
    }

    /** In what this device keeps of a room that nobody has opened stand words that are gone now: without them, anew. */
    async function rewriteKept(roomId: number): Promise<void> {
      const kept = await tail(roomId)
      if (kept.length === 0)
        return
      showKept(roomId, kept)
      onPage()
    }

    /** Nothing older is worth keeping: drops all rows, and fetches the newest page where somebody looks. */
    function restart(roomId: number): void {
      timelines.drop(roomId)
      touch(roomId)
      if (opened.has(roomId))
        void open(roomId)
    }

    function forget(roomId: number): void {
      opened.delete(roomId)
      timelines.drop(roomId)
      touch(roomId)
    }

    /** The room begins at `firstSeq` now: what was before is deleted for good. */
    function deleteBefore(roomId: number, firstSeq: number): void {
      void rewriteKept(roomId)
      const timeline = timelines.of(roomId)
      if (!timeline.deleteBefore(firstSeq))
        return
      touch(roomId)
      if (opened.has(roomId) && timeline.window === null)
        void open(roomId)
    }

    /** After connecting: what could not be loaded is tried again. */
    function resume(): void {
      [...opened].filter(roomId => (progress.get(roomId)?.error ?? null) !== null).forEach(roomId => void open(roomId))
    }

    /** Nobody looks at it any more. */
    function leave(roomId: number): void {
      opened.delete(roomId)
    }

    /* ---- pages ---- */

    /** -> the page, unless it could not be had (then `error` says why) or nobody wants it any more. */
    async function load(roomId: number, query: MessagesQuery): Promise<MessagePage | null> {
      const timeline = timelines.of(roomId)
      setProgress(roomId, +1, null)
      try {
        const page = await api.messages.page(roomId, query)
        setProgress(roomId, -1, null)
        if (timelines.of(roomId) !== timeline)
          return null
        page.results.forEach(apply)
        timeline.insertPage(page, boundsOf(query))
        onPage()
        return page
      }
      catch (error) {
        if (!(error instanceof ChatError))
          throw error
        setProgress(roomId, -1, error)
        return null
      }
    }

    function setProgress(roomId: number, change: 1 | -1, error: ChatError | null): void {
      progress.set(roomId, { loads: (progress.get(roomId)?.loads ?? 0) + change, error })
    }

    function moveTo(roomId: number, seq: number): void {
      timelines.of(roomId).anchor = seq
      touch(roomId)
    }

    /** -> how to get there: of two ways under way at once only the later one leads anywhere. */
    function setOut(roomId: number): (seq: number) => void {
      const way = (ways.get(roomId) ?? 0) + 1
      ways.set(roomId, way)
      return seq => ways.get(roomId) === way ? moveTo(roomId, seq) : touch(roomId)
    }

    /** Shows the newest messages: those that are held at once, and a page of them when they are few. */
    async function open(roomId: number): Promise<void> {
      const arriveAt = setOut(roomId)
      await restore(roomId)
      const timeline = timelineOf(roomId)
      if (timeline.rows.has(timeline.lastSeq))
        arriveAt(timeline.lastSeq)
      if ((!timeline.hasAfter || isBehind(roomId)) && hasEnough(timeline))
        return
      const page = await load(roomId, {})
      const newest = page?.results.at(-1)
      if (newest !== undefined)
        arriveAt(newest.seq)
      else
        touch(roomId)
    }

    async function loadBefore(roomId: number): Promise<void> {
      const { window, hasBefore } = timelineOf(roomId)
      if (window === null || !hasBefore || timeline(roomId).loading)
        return
      await load(roomId, { before: window.from })
      touch(roomId)
    }

    async function loadAfter(roomId: number): Promise<void> {
      const { window, hasAfter } = timelineOf(roomId)
      if (window === null || !hasAfter || isBehind(roomId) || timeline(roomId).loading)
        return
      await load(roomId, { after: window.to })
      touch(roomId)
    }

    /** -> the seq to scroll to; null when it could not be loaded. */
    async function jumpTo(roomId: number, place: { seq: number } | { at: Timestamp }): Promise<number | null> {
      opened.add(roomId)
      const arriveAt = setOut(roomId)
      if ('seq' in place && timelines.of(roomId).rows.has(place.seq)) {
        arriveAt(place.seq)
        if (hasEnough(timelineOf(roomId)))
          return place.seq
      }
      const page = await load(roomId, 'seq' in place ? { around: place.seq } : place)
      const target = page === null ? undefined : nearest(page.results, place)
      if (target === undefined)
        return null
      arriveAt(target.seq)
      return target.seq
    }

    /* ---- what I do ---- */

    function send(roomId: number, draft: Draft): void {
      // A plain copy: drafts may be reactive, and the outbox stores what it gets.
      const message = JSON.parse(JSON.stringify(draft)) as Draft
      void outbox.add({ ...message, room_id: roomId, nonce: createNonce() })
      if (timelineOf(roomId).hasAfter)
        void open(roomId)
    }

    async function change(answer: Promise<Message>): Promise<void> {
      apply(await answer)
    }

    /** My own text is remembered until the page ends: it can be written anew. */
    async function recall(message: Message): Promise<void> {
      if (message.sender?.id === myId)
        recalledTexts.set(message.id, message.content)
      await change(api.messages.recall(message.id))
    }

    /** One that need not be on screen. -> null when it is not to be had. */
    async function find(id: number): Promise<Message | null> {
      try {
        const message = await api.messages.get(id)
        users.rememberFromMessage(message)
        return message
      }
      catch {
        return null
      }
    }

    async function pins(roomId: number): Promise<Message[]> {
      const pinned = await api.messages.pins(roomId)
      pinned.forEach(users.rememberFromMessage)
      return pinned
    }

    return {
      timeline,
      restore,
      isBehind,
      open,
      leave,
      loadBefore,
      loadAfter,
      jumpTo,
      jumpToNewest: open,
      send,
      retry: outbox.retry,
      cancel: outbox.cancel,
      edit: (message: Message, content: string) => change(api.messages.edit(message.id, content)),
      recall,
      recalledText: (message: Message): string | null => recalledTexts.get(message.id) ?? null,
      react: (message: Message, emoji: string) => change(api.messages.react(message.id, emoji)),
      unreact: (message: Message, emoji: string) => change(api.messages.unreact(message.id, emoji)),
      pin: (message: Message) => api.messages.pin(message.id),
      unpin: (message: Message) => api.messages.unpin(message.id),
      pins,
      find,
      apply,
      restart,
      deleteBefore,
      forget,
      resume,
    }
  })(pinia)
}

export type MessagesStore = ReturnType<typeof createMessagesStore>

function boundsOf(query: MessagesQuery): PageBounds {
  return 'before' in query || 'after' in query ? query : {}
}

function hasEnough({ window, hasBefore, hasAfter }: Timeline): boolean {
  return window !== null && ((!hasBefore && !hasAfter) || window.to - window.from + 1 >= ENOUGH_ROWS)
}

function nearest(messages: readonly Message[], place: { seq: number } | { at: Timestamp }): Message | undefined {
  const isPast = 'seq' in place
    ? ({ seq }: Message) => seq >= place.seq
    : ({ created_at }: Message) => Date.parse(created_at) >= Date.parse(place.at)
  return messages.find(isPast) ?? messages.at(-1)
}
