import type { Pinia } from 'pinia'
import type { ReadNumbers } from './read-state'
import type { Timelines } from './timelines'
import type { UsersStore } from './users'
import type { Api } from '@/api/endpoints'
import type {
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
import { isNewerMessage, mergeRoom } from './room-merge'
import { inOrder, sumUnread } from './room-order'
import { createUnread } from './unread'

export interface RoomsStoreOptions {
  myId: number
  api: Api
  request: Request
  timelines: Timelines
  users: UsersStore
}

/** The rooms I am in. Their `membership` always holds the present numbers. */
export function createRoomsStore(pinia: Pinia, options: RoomsStoreOptions) {
  const { myId, api, request, timelines, users } = options

  return defineStore('rooms', () => {
    const byId = shallowReactive(new Map<number, Room>())
    const gone = shallowReactive(new Map<number, RemovalReason>())
    const loaded = ref(false)
    /** How far the other person of a direct room has read. */
    const peerReadSeqs = shallowReactive(new Map<number, number>())
    const onScreen = new Set<number>()
    /** Rooms that are on their way, and the newest change of them that came first. */
    const awaited = new Map<number, number>()
    const retries = createRetries()
    const marks = createReadMarks(async (room_id, seq) => {
      await request('mark_read', { room_id, seq })
      unread.confirmed(room_id, seq)
    })
    const unread = createUnread({ myId, timelines, marks, show: showNumbers, ask: refresh })

    /* ---- what is shown ---- */

    const list = computed(() => inOrder(byId.values()))
    const totals = computed(() => sumUnread(byId.values()))

    function titleOf(room: Room): string {
      return room.kind === 'direct' ? users.nameOf(room.peer ?? myId) : room.name
    }

    function showNumbers(roomId: number, numbers: ReadNumbers): void {
      const room = byId.get(roomId)
      if (room === undefined || room.membership === null)
        return
      const shown = room.membership
      if (Object.entries(numbers).some(([name, value]) => shown[name as keyof ReadNumbers] !== value))
        byId.set(roomId, { ...room, membership: { ...shown, ...numbers } })
    }

    /* ---- what the server says ---- */

    /** A room as it stands: from a list, an answer or an event. Rooms of others are no concern of this store. */
    function onRoom(room: Room): void {
      users.rememberFromRoom(room)
      if (room.membership === null && !byId.has(room.id))
        return
      gone.delete(room.id)
      if ((awaited.get(room.id) ?? 0) > room.version)
        refresh(room.id)
      awaited.delete(room.id)
      byId.set(room.id, mergeRoom(byId.get(room.id), room))
      if (room.membership !== null)
        unread.recountFromAnswer(room.id, room.membership, room.last_seq)
    }

    function onRemoved(roomId: number, reason: RemovalReason): void {
      byId.delete(roomId)
      peerReadSeqs.delete(roomId)
      unread.forget(roomId)
      awaited.delete(roomId)
      gone.set(roomId, reason)
    }

    /** Nothing that was known of the room can be trusted: too much happened, or a backup was restored. */
    function onRestart(roomId: number, room: Room | null): void {
      const known = byId.get(roomId)
      unread.forget(roomId)
      if (known !== undefined && room !== null)
        byId.set(roomId, { ...room, peer: known.peer, membership: known.membership })
      refresh(roomId)
    }

    /** After connecting: where every room stands. */
    function onHeads(heads: readonly RoomHead[]): void {
      for (const head of heads) {
        const room = byId.get(head.room_id)
        const first_mention_seq = room?.membership?.first_mention_seq ?? null
        if (room !== undefined && room.last_seq < head.last_seq)
          byId.set(room.id, { ...room, last_seq: head.last_seq })
        unread.recount(head.room_id, { ...head, first_mention_seq }, head.last_seq)
      }
      onScreen.forEach(roomId => void join(roomId))
      marks.resume()
    }

    function onMessage(message: Message): void {
      const room = byId.get(message.room_id)
      if (room === undefined)
        awaitRoom(message.room_id, message.version)
      else if (isNewerMessage(room.last_message, message))
        byId.set(room.id, { ...room, last_message: message, last_seq: Math.max(room.last_seq, message.seq) })
      unread.add(message)
    }

    /** Somebody came (+1) or went (-1) at `version`; a later picture of the room knows of it already. */
    function onMemberCount(roomId: number, version: number, change: 1 | -1): void {
      const room = byId.get(roomId)
      if (room === undefined)
        awaitRoom(roomId, version)
      else if (version > room.version)
        byId.set(roomId, { ...room, version, member_count: room.member_count + change })
    }

    function awaitRoom(roomId: number, version: number): void {
      awaited.set(roomId, Math.max(version, awaited.get(roomId) ?? 0))
    }

    function onMembership(roomId: number, membership: Membership): void {
      const room = byId.get(roomId)
      if (room === undefined)
        return
      byId.set(roomId, { ...room, membership })
      unread.recount(roomId, membership, room.last_seq)
    }

    function onRead(roomId: number, userId: number, seq: number): void {
      if (userId === myId)
        unread.readElsewhere(roomId, seq)
      else
        peerReadSeqs.set(roomId, Math.max(peerReadSeqs.get(roomId) ?? 0, seq))
    }

    /* ---- on screen ---- */

    /** From now on typing, presence and read marks of its members flow. */
    function enter(roomId: number): Promise<void> {
      onScreen.add(roomId)
      return join(roomId)
    }

    async function join(roomId: number): Promise<void> {
      // Without a connection there is nothing to do: the next `ready` joins again.
      const reply = await request('join_room', { room_id: roomId }).catch(() => null)
      if (reply !== null)
        onRoom(reply.room)
    }

    async function exit(roomId: number): Promise<void> {
      onScreen.delete(roomId)
      await request('leave_room', { room_id: roomId }).catch(() => null)
    }

    /* ---- what I do ---- */

    async function load(): Promise<void> {
      const rooms = await api.rooms.mine()
      rooms.forEach(onRoom)
      loaded.value = true
    }

    /** After connecting: memberships, people's status and new rooms carry no version, they are read afresh. */
    function reload(): void {
      void retries.run('all', load)
    }

    /** Asks for a room again: something of it changed that no event spells out. */
    function refresh(roomId: number): void {
      void retries.run(String(roomId), async () => onRoom(await api.rooms.get(roomId)))
    }

    async function take(answer: Promise<Room>): Promise<Room> {
      const room = await answer
      onRoom(room)
      return room
    }

    async function markUnread(roomId: number, seq: number): Promise<void> {
      unread.release(roomId)
      await api.rooms.markUnread(roomId, seq)
    }

    async function setMembership(roomId: number, patch: MembershipPatch): Promise<void> {
      const membership = await api.rooms.setMembership(roomId, patch)
      const room = byId.get(roomId)
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
      get: (id: number) => byId.get(id),
      titleOf,
      peerReadSeq: (id: number) => peerReadSeqs.get(id) ?? 0,
      onScreen: () => [...onScreen],
      enter,
      exit,
      markRead: unread.markRead,
      markUnread,
      load,
      reload,
      refresh,
      directory: api.rooms.directory,
      create: (body: RoomBody) => take(api.rooms.create(body)),
      join: (id: number) => take(api.rooms.join(id)),
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
