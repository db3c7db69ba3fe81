import type { Pinia } from 'pinia'
import type { ReadNumbers } from './read-state'
import type { Timelines } from './timelines'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type {
  GroupBody,
  Membership,
  MembershipPatch,
  Message,
  RemovalReason,
  Room,
  RoomBody,
  RoomHead,
  RoomPatch,
} from '@/api/types'
import type { Request } from '@/gateway/requests'
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { createReadMarks } from '@/gateway/read-marks'
import { createRetries } from '@/gateway/retries'
import { follow, liveRoom } from './live-room'
import { createOnAir } from './on-air'
import { isNewerMessage, mergeRoom } from './room-merge'
import { inOrder, sumUnread } from './room-order'
import { createUnread } from './unread'

export interface RoomsStoreOptions {
  myId: number
  api: Api
  request: Request
  timelines: Timelines
  users: UsersStore
  /** A room came into the list, by whatever way. */
  onNew: (room: Room) => void
  /** Something of a room is not as it was. */
  onChange: () => void
}

/**
 * The rooms I am in. Their `membership` always holds the present numbers. What `list` and `get` give is the same object
 * for as long as the room is known; `heard` are plain ones, another for each change.
 */
export function createRoomsStore(pinia: Pinia, options: RoomsStoreOptions) {
  const { myId, api, request, timelines, users, onNew, onChange } = options

  return defineStore('rooms', () => {
    const heard = new Map<number, Room>()
    const live = shallowReactive(new Map<number, Room>())
    const gone = shallowReactive(new Map<number, RemovalReason>())
    /**
     * Of rooms that I was told to be no longer in: at which of these news, and when each membership began that I had. An
     * answer that was asked for before and still tells of one is late. Not so what is asked for, or told, afterwards: a
     * server's clock may go back, and the news of an older leave may come after the answer of a newer join.
     */
    const ended = new Map<number, { at: number, began: Set<string> }>()
    /** What I was last told of my own place in a room, and when: numbers that an older answer must not put back. */
    const told = new Map<number, { at: number, membership: Membership, countedTo: number }>()
    /** How many such news there were. An answer is as old as the moment in which it was asked for. */
    let news = 0
    const loaded = ref(false)
    /** How far the other person of a direct room has read. */
    const peerReadSeqs = shallowReactive(new Map<number, number>())
    /** Rooms that are on their way, and the newest change of them that came first. */
    const awaited = new Map<number, number>()
    const retries = createRetries()
    const marks = createReadMarks({
      async send(room_id, seq) {
        await request('mark_read', { room_id, seq })
        unread.confirmed(room_id, seq)
      },
      async sendLast(roomId, seq) {
        await api.rooms.markRead(roomId, seq)
        unread.confirmed(roomId, seq)
      },
    })
    const unread = createUnread({ myId, timelines, marks, show: showNumbers, ask: refresh })

    const onAir = createOnAir({ join, leave: room_id => void request('leave_room', { room_id }).catch(() => null) })

    /* ---- what is shown ---- */

    /** The same array for as long as nothing changes its place. */
    const list = computed<Room[]>((before) => {
      const rooms = inOrder(live.values())
      return before?.length === rooms.length && rooms.every((room, at) => room === before[at]) ? before : rooms
    })
    const totals = computed(() => sumUnread(live.values()))

    function put(room: Room): void {
      const before = heard.get(room.id)
      const shown = live.get(room.id)
      heard.set(room.id, room)
      if (before === undefined || shown === undefined)
        live.set(room.id, liveRoom(room))
      else
        follow(shown, before, room)
      onChange()
    }

    function titleOf(room: Room): string {
      return room.kind === 'direct' ? users.nameOf(room.peer ?? myId) : room.name
    }

    function showNumbers(roomId: number, numbers: ReadNumbers): void {
      const room = heard.get(roomId)
      if (room === undefined || room.membership === null)
        return
      const shown = room.membership
      if (Object.entries(numbers).some(([name, value]) => shown[name as keyof ReadNumbers] !== value))
        put({ ...room, membership: { ...shown, ...numbers } })
    }

    /* ---- what the server says ---- */

    /** A room as it stands: from a list, an answer or an event. Rooms of others are no concern of this store. */
    function onRoom(room: Room, askedAt = news): void {
      users.rememberFromRoom(room)
      const isNew = !heard.has(room.id)
      if (isNew && (room.membership === null || isLate(room.id, room.membership, askedAt)))
        return
      gone.delete(room.id)
      if ((awaited.get(room.id) ?? 0) > room.version)
        refresh(room.id)
      awaited.delete(room.id)
      const mine = told.get(room.id)
      const isOvertaken = mine !== undefined && askedAt < mine.at
      const current = isOvertaken ? { ...room, membership: heard.get(room.id)?.membership ?? mine.membership } : room
      put(mergeRoom(heard.get(room.id), current))
      if (isNew)
        onNew(current)
      if (isOvertaken && isNew)
        unread.recountFromAnswer(room.id, mine.membership, mine.countedTo)
      else if (room.membership !== null && !isOvertaken)
        unread.recountFromAnswer(room.id, room.membership, room.last_seq)
    }

    function isLate(roomId: number, { joined_at }: Membership, askedAt: number): boolean {
      const end = ended.get(roomId)
      return end !== undefined && askedAt < end.at && end.began.has(joined_at)
    }

    function onRemoved(roomId: number, reason: RemovalReason): void {
      const began = ended.get(roomId)?.began ?? new Set()
      const membership = heard.get(roomId)?.membership
      if (membership)
        began.add(membership.joined_at)
      ended.set(roomId, { at: ++news, began })
      told.delete(roomId)
      heard.delete(roomId)
      live.delete(roomId)
      onChange()
      peerReadSeqs.delete(roomId)
      unread.forget(roomId)
      awaited.delete(roomId)
      onAir.forget(roomId)
      gone.set(roomId, reason)
    }

    /** Nothing that was known of the room can be trusted: too much happened, or a backup was restored. */
    function onRestart(roomId: number, room: Room | null): void {
      const known = heard.get(roomId)
      unread.forget(roomId)
      if (known !== undefined && room !== null)
        put({ ...room, peer: known.peer, membership: known.membership })
      refresh(roomId)
    }

    /** After connecting: where every room stands. */
    function onHeads(heads: readonly RoomHead[]): void {
      for (const head of heads) {
        const room = heard.get(head.room_id)
        const first_mention_seq = room?.membership?.first_mention_seq ?? null
        if (room !== undefined && room.last_seq < head.last_seq)
          put({ ...room, last_seq: head.last_seq })
        unread.recount(head.room_id, { ...head, first_mention_seq }, head.last_seq)
      }
      onAir.reconnected()
      marks.resume()
    }

    function onMessage(message: Message): void {
      const room = heard.get(message.room_id)
      if (room === undefined)
        awaitRoom(message.room_id, message.version)
      else if (isNewerMessage(room.last_message, message))
        put({ ...room, last_message: message, last_seq: Math.max(room.last_seq, message.seq) })
      unread.add(message)
    }

    /** Somebody came (+1) or went (-1) at `version`; a later picture of the room knows of it already. */
    function onMemberCount(roomId: number, version: number, change: 1 | -1): void {
      const room = heard.get(roomId)
      if (room === undefined)
        awaitRoom(roomId, version)
      else if (version > room.version)
        put({ ...room, version, member_count: room.member_count + change })
    }

    function awaitRoom(roomId: number, version: number): void {
      awaited.set(roomId, Math.max(version, awaited.get(roomId) ?? 0))
    }

    /** Its numbers know of messages up to `countedTo`: more or fewer than have come in here. */
    function onMembership(roomId: number, membership: Membership, countedTo: number): void {
      told.set(roomId, { at: ++news, membership, countedTo })
      const room = heard.get(roomId)
      if (room === undefined)
        return
      put({ ...room, membership })
      unread.recount(roomId, membership, countedTo)
    }

    function onRead(roomId: number, userId: number, seq: number): void {
      if (userId === myId)
        unread.readElsewhere(roomId, seq)
      else
        peerReadSeqs.set(roomId, Math.max(peerReadSeqs.get(roomId) ?? 0, seq))
    }

    async function join(roomId: number): Promise<boolean> {
      // Without a connection there is nothing to do: the next `ready` joins again.
      const askedAt = news
      const reply = await request('join_room', { room_id: roomId }).catch(() => null)
      if (reply !== null)
        onRoom(reply.room, askedAt)
      return reply !== null
    }

    /* ---- what I do ---- */

    async function load(): Promise<void> {
      const askedAt = news
      const rooms = await api.rooms.mine()
      rooms.forEach(room => onRoom(room, askedAt))
      loaded.value = true
    }

    /** What this device kept of them: shown until the server says how they stand. */
    function restore(rooms: readonly Room[]): void {
      rooms.forEach(room => onRoom(room, 0))
      loaded.value ||= rooms.length > 0
    }

    /** After connecting: memberships, people's status and new rooms carry no version, they are read afresh. */
    function reload(): void {
      void retries.run('all', load)
    }

    /** Asks for a room again: something of it changed that no event spells out. */
    function refresh(roomId: number): void {
      void retries.run(String(roomId), async () => void await take(api.rooms.get(roomId)))
    }

    async function take(answer: Promise<Room>): Promise<Room> {
      const askedAt = news
      const room = await answer
      onRoom(room, askedAt)
      return room
    }

    async function markUnread(roomId: number, seq: number): Promise<void> {
      unread.release(roomId)
      await api.rooms.markUnread(roomId, seq)
    }

    async function setMembership(roomId: number, patch: MembershipPatch): Promise<void> {
      const membership = await api.rooms.setMembership(roomId, patch)
      const room = heard.get(roomId)
      if (room !== undefined)
        onRoom({ ...room, membership })
    }

    function close(): void {
      marks.close()
      retries.close()
    }

    return {
      loaded,
      list,
      gone,
      unreadTotal: computed(() => totals.value.unread),
      mentionTotal: computed(() => totals.value.mentions),
      get: (id: number) => live.get(id),
      heard: () => [...heard.values()],
      titleOf,
      peerReadSeq: (id: number) => peerReadSeqs.get(id) ?? 0,
      onScreen: onAir.onScreen,
      enter: onAir.enter,
      exit: onAir.exit,
      onAirSince: onAir.since,
      markRead: unread.markRead,
      hurryMarks: marks.hurry,
      markUnread,
      load,
      restore,
      reload,
      refresh,
      directory: api.rooms.directory,
      create: (body: RoomBody) => take(api.rooms.create(body)),
      makeGroup: (body: GroupBody) => take(api.rooms.makeGroup(body)),
      rotateCode: (id: number) => take(api.rooms.rotateCode(id)),
      /** -> the room; without a membership of mine when its admins still have to decide. */
      join: (id: number, message?: string) => take(api.rooms.join(id, message)),
      joinByCode: (code: string) => take(api.rooms.joinByCode(code)),
      acceptInvite: (token: string) => take(api.rooms.acceptInvite(token)),
      openDirect: (userId: number) => take(api.rooms.direct(userId)),
      update: (id: number, patch: RoomPatch) => take(api.rooms.update(id, patch)),
      archive: api.rooms.archive,
      leave: api.rooms.leave,
      transfer: api.rooms.transfer,
      setMembership,
      onRoom,
      onRemoved,
      onRestart,
      onHeads,
      onMessage,
      onMemberCount,
      onMembership,
      onRead,
      close,
    }
  })(pinia)
}

export type RoomsStore = ReturnType<typeof createRoomsStore>
