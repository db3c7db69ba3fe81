import type { InjectionKey } from 'vue'
import type { Door } from './api/endpoints'
import type { Ready, RoomHead } from './api/types'
import type { Platform } from './platform/platform'
import { createPinia } from 'pinia'
import { createClient } from './api/client'
import { createApi } from './api/endpoints'
import { ChatError } from './api/errors'
import { createAccessTokens } from './api/tokens'
import { createHandlers, dispatch } from './gateway/handlers'
import { createOutbox } from './gateway/outbox'
import { openOutboxStorage } from './gateway/outbox-storage'
import { createSocket } from './gateway/socket'
import { createStreams } from './gateway/streams'
import { createContactsStore } from './stores/contacts'
import { createMembersStore } from './stores/members'
import { createMessagesStore } from './stores/messages'
import { createPresenceStore } from './stores/presence'
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

  let epoch: string | null = null
  const streams = createStreams((room_id, version) => socket.request('sync_room', { room_id, version }))
  const socket = createSocket({
    url: `${server.replace(/^http/, 'ws')}/ws/`,
    tokens,
    resume: () => epoch === null ? {} : { epoch, rooms: streams.positions() },
    isIdle: platform.isIdle,
    onReady,
    onEvent: frame => dispatch(handlers, frame),
    ...open === undefined ? {} : { open },
  })
  const { connection, request } = socket
  const outbox = createOutbox({
    name: `chat.outbox.${server}.${userId}`,
    open: openOutboxStorage,
    request,
    isConnected: () => connection.state === 'ready',
    have: streams.have,
  })

  const timelines = new Timelines()
  const users = createUsersStore(pinia, { api, server })
  const session = createSessionStore(pinia, { api, request, users })
  const presence = createPresenceStore(pinia, { myId: userId, users, request })
  const contacts = createContactsStore(pinia, { api, users })
  const members = createMembersStore(pinia, { api, users })
  const rooms = createRoomsStore(pinia, { myId: userId, api, request, timelines, users })
  const messages = createMessagesStore(pinia, {
    myId: userId,
    api,
    timelines,
    users,
    rooms,
    outbox,
  })
  const handlers = createHandlers({
    streams,
    outbox,
    users,
    rooms,
    messages,
    members,
    presence,
    contacts,
    onRevoked: () => onSessionOver('revoked'),
  })

  function onReady(ready: Ready): void {
    if (ready.user.id !== userId)
      return onSessionOver('expired')
    epoch = ready.epoch
    session.onReady(ready)
    ready.rooms.filter(head => !streams.knows(head.room_id)).forEach(follow)
    rooms.onHeads(ready.rooms)
    messages.resume()
    void outbox.resume()
    rooms.reload()
    contacts.reload()
    members.reload(rooms.onScreen())
  }

  /** The stream of a room starts here: what was loaded before may have missed a change. */
  function follow({ room_id, version }: RoomHead): void {
    streams.start(room_id, version)
    messages.restart(room_id)
    members.restart(room_id)
  }

  const stopsListening = [platform.onRevived(socket.probe), platform.onOffline(socket.hangUp)]

  /** Ends every connection and timer; what is stored stays. */
  function close(): void {
    stopsListening.forEach(stop => stop())
    socket.stop()
    outbox.close()
    ;[session, rooms, members, contacts].forEach(store => store.close())
  }

  /** Closes, and deletes what this device keeps of the account. */
  async function forget(): Promise<void> {
    close()
    await Promise.all([outbox.destroy(), refreshTokens.clear()])
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
    userId,
    platform,
    pinia,
    api,
    connection,
    outbox,
    users,
    session,
    presence,
    contacts,
    members,
    rooms,
    messages,
    start: socket.start,
    close,
    forget,
    logout,
  }
}
