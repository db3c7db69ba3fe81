import type { InjectionKey } from 'vue'
import type { Door } from './api/door'
import type { Message, Ready, Room } from './api/types'
import type { Restored } from './cache/cache'
import type { Platform } from './platform/platform'
import { createPinia } from 'pinia'
import { createAddress } from './api/address'
import { createClient } from './api/client'
import { createApi } from './api/endpoints'
import { ChatError } from './api/errors'
import { createAccessTokens } from './api/tokens'
import { createCache, PATIENCE_MS } from './cache/cache'
import { openCacheStorage } from './cache/cache-storage'
import { databaseName } from './cache/device'
import { within } from './cache/within'
import { createHandlers, dispatch } from './gateway/handlers'
import { createOutbox } from './gateway/outbox'
import { openOutboxStorage } from './gateway/outbox-storage'
import { createSocket } from './gateway/socket'
import { createStreams } from './gateway/streams'
import { createContactsStore } from './stores/contacts'
import { createDraftsStore } from './stores/drafts'
import { createJoinRequestsStore } from './stores/join-requests'
import { createMembersStore } from './stores/members'
import { createMessagesStore } from './stores/messages'
import { createPresenceStore } from './stores/presence'
import { createReceiptsStore } from './stores/receipts'
import { createRoomsStore } from './stores/rooms'
import { createSessionStore } from './stores/session'
import { Timelines } from './stores/timelines'
import { createUsersStore } from './stores/users'

/** Ended by its owner from elsewhere, or by its age. */
export type SessionEnd = 'revoked' | 'expired'

export interface AccountOptions {
  /** An origin, without a slash at its end. */
  server: string
  userId: number
  platform: Platform
  door: Door
  locale: () => string
  /** The server says that the session is over. Never called for a lost network or an unavailable server. */
  onSessionOver: (end: SessionEnd) => void
  /** From signing in; otherwise the first call gets one with the refresh token. */
  access?: string | undefined
  open?: ((url: string) => WebSocket) | undefined
}

export type Account = ReturnType<typeof createAccount>

export const accountKey: InjectionKey<Account> = Symbol('account')

/** One person on one server: everything that belongs to them hangs here, and nothing outside. */
export function createAccount({ server, userId, platform, door, locale, onSessionOver, access, open }: AccountOptions) {
  const pinia = createPinia()
  const refreshTokens = platform.refreshTokens(server, userId)
  const tokens = createAccessTokens({
    userId,
    refreshTokens,
    refresh: door.refresh,
    onSessionOver: () => onSessionOver('expired'),
    access,
  })
  const api = createApi(createClient({ server, locale, tokens }))
  const address = createAddress(server, api.address)

  let epoch: string | null = null
  const streams = createStreams((room_id, version) => socket.request('sync_room', { room_id, version }))
  const socket = createSocket({
    url: `${server.replace(/^http/, 'ws')}/ws/`,
    tokens,
    resume: () => epoch === null ? {} : { epoch, rooms: streams.positions() },
    isIdle: platform.isIdle,
    onReady,
    onEvent(frame) {
      dispatch(handlers, frame)
      cache.schedule()
    },
    ...open === undefined ? {} : { open },
  })
  const { connection, request } = socket
  const outbox = createOutbox({
    name: databaseName('chat.outbox', server, userId),
    open: openOutboxStorage,
    request,
    isConnected: () => connection.state === 'ready',
    have: streams.have,
  })

  const timelines = new Timelines()
  const cache = createCache({
    open: () => openCacheStorage(databaseName('chat.cache', server, userId)),
    streams,
    timelines,
    epoch: () => epoch,
    me: () => session.me,
    rooms: () => rooms.heard(),
  })
  const drafts = createDraftsStore(pinia, { name: `chat.drafts.${server}.${userId}`, storage: cache.storage })
  const users = createUsersStore(pinia, { api, server })
  const session = createSessionStore(pinia, { api, request, users, onChange: cache.schedule })
  const presence = createPresenceStore(pinia, { myId: userId, users, request })
  const contacts = createContactsStore(pinia, { api, users })
  const members = createMembersStore(pinia, { api, users, onAirSince: roomId => rooms.onAirSince(roomId) })
  const receipts = createReceiptsStore(pinia, { users, readers: api.messages.readers, onAirSince: roomId => rooms.onAirSince(roomId) })
  const joinRequests = createJoinRequestsStore(pinia, { api, users })
  const rooms = createRoomsStore(pinia, { myId: userId, api, request, timelines, users, onNew: follow, onChange: cache.schedule })
  const messages = createMessagesStore(pinia, {
    myId: userId,
    api,
    timelines,
    users,
    rooms,
    outbox,
    tail: cache.tail,
    isBehind: streams.isBehind,
    onPage: cache.schedule,
    onTrim: cache.supersede,
  })
  const arrivals = new Set<(message: Message) => void>()
  const handlers = createHandlers({
    streams,
    outbox,
    users,
    rooms,
    messages,
    members,
    presence,
    contacts,
    session,
    receipts,
    joinRequests,
    onRevoked: () => onSessionOver('revoked'),
    onRoomRestart: cache.supersede,
    onArrival: message => arrivals.forEach(hear => hear(message)),
    onRoomLost(roomId) {
      drafts.lose(roomId, outbox.forgetRoom(roomId))
      receipts.forget(roomId)
      void cache.forget(roomId)
    },
  })

  function onReady(ready: Ready): void {
    if (ready.user.id !== userId)
      return onSessionOver('expired')
    epoch = ready.epoch
    // First of all calls: it is what people wait for.
    rooms.reload()
    session.onReady(ready)
    ready.rooms.forEach(({ room_id, version }) => follow({ id: room_id, version }))
    ready.rooms.forEach(head => streams.promised(head.room_id, head.version))
    rooms.onHeads(ready.rooms)
    messages.resume()
    void outbox.resume()
    contacts.reload()
    members.reload(rooms.onScreen())
    joinRequests.reload()
  }

  /**
   * The stream of a room starts here, if it has not: what was loaded before may have missed a change. From now on the
   * server is told of the room at each new connection, and tells when I am no longer in it.
   */
  function follow({ id, version }: Pick<Room, 'id' | 'version'>): void {
    if (streams.knows(id))
      return
    streams.start(id, version)
    messages.restart(id)
    members.restart(id)
  }

  /** Shows what this device kept, and only then connects: the server is told how new that is. */
  async function start(): Promise<void> {
    void cache.drafts().then(drafts.restore, () => {})
    await within(PATIENCE_MS, cache.load().then(restore))
    if (!isClosed)
      socket.start()
  }

  function restore(kept: Restored | null): void {
    if (kept === null)
      return
    epoch = kept.epoch
    session.restore(kept.me)
    rooms.restore(kept.rooms)
    // It came late, and the server may have been told that nothing is here.
    socket.hangUp()
  }

  /** The page may be about to end. */
  function onHidden(): void {
    drafts.flush()
    outbox.flush()
    rooms.hurryMarks()
    void cache.flush()
  }

  const stopsListening = [
    platform.onRevived(socket.probe),
    platform.onOffline(socket.hangUp),
    platform.onHidden(onHidden),
  ]
  let isClosed = false

  /** Calls `hear` with every message that comes in. -> how to stop. */
  function onArrival(hear: (message: Message) => void): () => void {
    arrivals.add(hear)
    return () => arrivals.delete(hear)
  }

  /** Ends every connection and timer; what is stored stays. */
  function close(): void {
    isClosed = true
    stopsListening.forEach(stop => stop())
    socket.stop()
    outbox.close()
    cache.close()
    drafts.close()
    ;[session, rooms, members, contacts, joinRequests].forEach(store => store.close())
  }

  /** Closes, and deletes what this device keeps of the account. */
  async function forget(): Promise<void> {
    close()
    drafts.forget()
    await Promise.all([outbox.destroy(), cache.destroy(), refreshTokens.clear()])
  }

  /** Ends the session on the server; that it has ended already is as good. */
  async function logout(): Promise<void> {
    try {
      await door.logout(await refreshTokens.load())
    }
    catch (error) {
      if (!(error instanceof ChatError) || error.code !== 'authentication_failed')
        throw error
    }
  }

  return {
    server,
    address,
    userId,
    platform,
    pinia,
    api,
    connection,
    /** Up to which version each room is applied. */
    positions: streams.positions,
    outbox,
    drafts,
    users,
    session,
    presence,
    contacts,
    joinRequests,
    members,
    receipts,
    rooms,
    messages,
    start,
    onArrival,
    close,
    forget,
    logout,
  }
}
