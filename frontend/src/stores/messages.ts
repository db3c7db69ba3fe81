import type { Pinia } from 'pinia'
import type { RoomsStore } from './rooms'
import type { PendingMessage, Row } from './rows'
import type { PageBounds, Timeline } from './timeline'
import type { Timelines } from './timelines'
import type { UsersStore } from './users'
import type { Api, MessagesQuery } from '@/api/endpoints'
import type { Draft, Message, MessagePage, Readers, Timestamp } from '@/api/types'
import type { Outbox } from '@/gateway/outbox'
import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { ChatError } from '@/api/errors'
import { createNonce } from '@/gateway/nonce'
import { pendingMessage } from './rows'

export { isPending, rowKey } from './rows'
export type { PendingMessage, Row } from './rows'

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
}

interface Progress {
  loads: number
  error: ChatError | null
}

export function createMessagesStore(pinia: Pinia, options: MessagesStoreOptions) {
  const { myId, api, timelines, users, rooms, outbox } = options

  return defineStore('messages', () => {
    /** Timelines are plain objects, quick for thousands of rows; these counters tell Vue when one changed. */
    const revisions = shallowReactive(new Map<number, number>())
    const progress = shallowReactive(new Map<number, Progress>())
    const views = new Map<number, TimelineView>()
    const opened = new Set<number>()

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
      const rows = computed<Row[]>(() => shown.value.hasAfter
        ? shown.value.held
        : [...shown.value.held, ...pendingIn(roomId)])
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
      if (message.sender?.id === myId)
        outbox.seen(message.nonce)
      const timeline = timelines.of(message.room_id)
      if (timeline.upsert(message)) {
        // The first message of a room that was opened empty.
        if (opened.has(message.room_id))
          timeline.anchor ??= message.seq
        touch(message.room_id)
      }
      rooms.onMessage(message)
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

    /** After connecting: what could not be loaded is tried again. */
    function resume(): void {
      [...opened].filter(roomId => (progress.get(roomId)?.error ?? null) !== null).forEach(roomId => void open(roomId))
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

    /** Shows the newest messages: those that are held at once, and a page of them when they are few. */
    async function open(roomId: number): Promise<void> {
      opened.add(roomId)
      const timeline = timelineOf(roomId)
      if (timeline.rows.has(timeline.lastSeq))
        moveTo(roomId, timeline.lastSeq)
      if (!timeline.hasAfter && hasEnough(timeline))
        return
      const page = await load(roomId, {})
      const newest = page?.results.at(-1)
      if (newest !== undefined)
        moveTo(roomId, newest.seq)
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
      if (window === null || !hasAfter || timeline(roomId).loading)
        return
      await load(roomId, { after: window.to })
      touch(roomId)
    }

    /** -> the seq to scroll to; null when it could not be loaded. */
    async function jumpTo(roomId: number, place: { seq: number } | { at: Timestamp }): Promise<number | null> {
      opened.add(roomId)
      if ('seq' in place && timelines.of(roomId).rows.has(place.seq)) {
        moveTo(roomId, place.seq)
        if (hasEnough(timelineOf(roomId)))
          return place.seq
      }
      const page = await load(roomId, 'seq' in place ? { around: place.seq } : place)
      const target = page === null ? undefined : nearest(page.results, place)
      if (target === undefined)
        return null
      moveTo(roomId, target.seq)
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

    async function pins(roomId: number): Promise<Message[]> {
      const pinned = await api.messages.pins(roomId)
      pinned.forEach(users.rememberFromMessage)
      return pinned
    }

    async function readers(message: Message): Promise<Readers> {
      const answer = await api.messages.readers(message.id)
      const { read, unread } = answer
      ;[...read, ...unread].forEach(users.remember)
      return answer
    }

    return {
      timeline,
      open,
      loadBefore,
      loadAfter,
      jumpTo,
      jumpToNewest: open,
      send,
      retry: outbox.retry,
      cancel: outbox.cancel,
      edit: (message: Message, content: string) => change(api.messages.edit(message.id, content)),
      recall: (message: Message) => change(api.messages.recall(message.id)),
      react: (message: Message, emoji: string) => change(api.messages.react(message.id, emoji)),
      unreact: (message: Message, emoji: string) => change(api.messages.unreact(message.id, emoji)),
      pin: (message: Message) => api.messages.pin(message.id),
      unpin: (message: Message) => api.messages.unpin(message.id),
      pins,
      readers,
      apply,
      restart,
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
