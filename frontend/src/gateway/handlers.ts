import type { Frame } from './frames'
import type { Outbox } from './outbox'
import type { Streams } from './streams'
import type { Events, EventType, Member, Message, Room, RoomSync } from '@/api/types'
import type { ContactsStore } from '@/stores/contacts'
import type { JoinRequestsStore } from '@/stores/join-requests'
import type { MembersStore } from '@/stores/members'
import type { MessagesStore } from '@/stores/messages'
import type { PresenceStore } from '@/stores/presence'
import type { ReceiptsStore } from '@/stores/receipts'
import type { RoomsStore } from '@/stores/rooms'
import type { SessionStore } from '@/stores/session'
import type { UsersStore } from '@/stores/users'

export interface HandlersOptions {
  streams: Streams
  outbox: Outbox
  users: UsersStore
  rooms: RoomsStore
  messages: MessagesStore
  members: MembersStore
  presence: PresenceStore
  contacts: ContactsStore
  session: Pick<SessionStore, 'onServer' | 'onNewSession' | 'reload'>
  receipts: ReceiptsStore
  joinRequests: JoinRequestsStore
  onRevoked: () => void
  /** A message came just now; what is caught up on is no news. */
  onArrival: (message: Message) => void
  /** I am no longer in the room. */
  onRoomLost: (roomId: number) => void
  /** Nothing older of the room can be trusted. */
  onRoomRestart: (roomId: number) => void
}

/** Every event type has its reducer; one that is missing does not compile. */
export type Handlers = { [Type in EventType]: (data: Events[Type]) => void }

export function createHandlers(stores: HandlersOptions): Handlers {
  const { streams, outbox, users, rooms, messages, members, presence, contacts, receipts, joinRequests, session } = stores

  function onMember(roomId: number, version: number, member: Member, change: 1 | 0 | -1): void {
    members.apply(roomId, [member])
    if (change === 1)
      joinRequests.settle(roomId, member.user.id)
    if (change !== 0)
      rooms.onMemberCount(roomId, version, change)
    streams.saw(roomId, version)
  }

  function onRoom(room: Room): void {
    messages.deleteBefore(room.id, room.first_seq)
    rooms.onRoom(room)
  }

  /** Only what changed is in it: the room is not when nothing but its people did, though their number is part of it. */
  function onSync(sync: RoomSync): void {
    sync.messages.forEach(messages.apply)
    members.apply(sync.room_id, sync.members)
    if (sync.room !== null)
      onRoom(sync.room)
    else if (sync.members.length > 0)
      rooms.refresh(sync.room_id)
    streams.synced(sync.room_id, sync.from_version, sync.version)
  }

  function onRestart(sync: RoomSync): void {
    streams.restart(sync.room_id, sync.version)
    messages.restart(sync.room_id)
    members.restart(sync.room_id)
    rooms.onRestart(sync.room_id, sync.room)
    stores.onRoomRestart(sync.room_id)
  }

  return {
    new_message({ room_id, version, message }) {
      messages.apply(message)
      if (message.sender !== null)
        presence.stopTyping(room_id, message.sender.id)
      if (rooms.get(room_id) === undefined)
        rooms.refresh(room_id)
      streams.saw(room_id, version)
      stores.onArrival(message)
    },
    message_updated({ room_id, version, message }) {
      messages.apply(message)
      streams.saw(room_id, version)
    },
    member_joined: ({ room_id, version, member }) => onMember(room_id, version, member, 1),
    member_left: ({ room_id, version, member }) => onMember(room_id, version, member, -1),
    member_updated: ({ room_id, version, member }) => onMember(room_id, version, member, 0),
    membership_updated: ({ room_id, membership, last_seq }) => rooms.onMembership(room_id, membership, last_seq),
    user_updated: ({ user }) => users.remember(user),
    room_updated({ room_id, version, room }) {
      onRoom(room)
      streams.saw(room_id, version)
    },
    room_added({ room }) {
      streams.start(room.id, room.version)
      rooms.onRoom(room)
    },
    room_removed({ room_id, reason }) {
      streams.forget(room_id)
      messages.forget(room_id)
      members.forget(room_id)
      joinRequests.forget(room_id)
      rooms.onRemoved(room_id, reason)
      stores.onRoomLost(room_id)
    },
    room_sync(sync) {
      if (sync.complete)
        onSync(sync)
      else
        onRestart(sync)
      outbox.caughtUp(sync.room_id, streams.have(sync.room_id))
    },
    read_updated({ room_id, user_id, last_read_seq }) {
      rooms.onRead(room_id, user_id, last_read_seq)
      receipts.onRead(room_id, user_id, last_read_seq)
    },
    typing: ({ room_id, user_id }) => presence.onTyping(room_id, user_id),
    user_online: ({ user_id }) => presence.onOnline(user_id),
    user_offline: ({ user_id, last_seen_at }) => presence.onOffline(user_id, last_seen_at),
    presence_changed: ({ user_id, status, status_text }) => presence.onChanged(user_id, status, status_text),
    join_requested: joinRequests.onRequested,
    friend_request: contacts.reload,
    friend_request_sent: contacts.reload,
    friend_request_accepted: contacts.reload,
    friend_removed: contacts.reload,
    server_updated: session.onServer,
    block_updated: contacts.reload,
    me_updated: session.reload,
    remark_updated: ({ user_id, name }) => users.onRemark(user_id, name),
    new_session: ({ session: device }) => session.onNewSession(device),
    session_revoked: () => stores.onRevoked(),
    // The socket has noted when to come back.
    reconnect: () => {},
  }
}

/** Unknown types are ignored: the server may be newer than this client. */
export function dispatch(handlers: Handlers, { type, data }: Frame): void {
  if (Object.hasOwn(handlers, type))
    (handlers[type as EventType] as (data: unknown) => void)(data)
}
