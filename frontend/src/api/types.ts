/** Short names of everything that crosses the wire, in the words of the contract. */

export type RoomKind = 'public' | 'private' | 'direct'
export type Role = 'owner' | 'admin' | 'member'
export type Status = 'online' | 'away' | 'dnd' | 'offline'
export type NotifyLevel = 'all' | 'mentions' | 'none'

/** ISO 8601, UTC, ending in `Z`. */
export type Timestamp = string

/** Who wrote something: the part of a user that a message carries. */
export interface Sender {
  id: number
  username: string
  display_name: string
  avatar_url: string | null
  is_bot: boolean
}

export interface User extends Sender {
  status: Status
  status_text: string
  last_seen_at: Timestamp | null
}

export type Preferences = Record<string, unknown>

export interface Me extends User {
  email: string
  bio: string
  locale: string
  timezone: string
  is_staff: boolean
  preferences: Preferences
}

export interface Membership {
  role: Role
  last_read_seq: number
  unread_count: number
  mention_count: number
  first_mention_seq: number | null
  notify: NotifyLevel
  notify_until: Timestamp | null
  muted_until: Timestamp | null
  pinned_at: Timestamp | null
  joined_at: Timestamp
}

export interface Room {
  id: number
  code: string | null
  name: string
  description: string
  announcement: string
  kind: RoomKind
  avatar_url: string | null
  created_by: number | null
  created_at: Timestamp
  archived_at: Timestamp | null
  member_count: number
  version: number
  last_seq: number
  last_message: Message | null
  /** The other person of a direct room. */
  peer: User | null
  /** Mine; null for a stranger, and in events that go to many. */
  membership: Membership | null
}

export interface Member {
  user: User
  /** null: no longer a member. */
  role: Role | null
  joined_at: Timestamp
  muted_until: Timestamp | null
  version: number
}

export interface Attachment {
  id: number
  name: string
  size: number
  content_type: string
  width: number | null
  height: number | null
  url: string
  thumbnail_url: string | null
}

export interface Reaction {
  emoji: string
  count: number
  user_ids: number[]
}

export interface ReplyTo {
  id: number
  seq: number
  sender: Sender | null
  excerpt: string
}

export interface SystemLine {
  event: string
  actor: Sender | null
  target: Sender | null
  value: string | null
}

export interface Message {
  id: number
  room_id: number
  seq: number
  version: number
  kind: 'text' | 'system'
  sender: Sender | null
  content: string
  nonce: string
  reply_to: ReplyTo | null
  mentions: number[]
  mention_all: boolean
  attachments: Attachment[]
  reactions: Reaction[]
  system: SystemLine | null
  pinned_at: Timestamp | null
  edited_at: Timestamp | null
  recalled_at: Timestamp | null
  created_at: Timestamp
}

export interface MessagePage {
  results: Message[]
  has_before: boolean
  has_after: boolean
}

export interface Page<Row> {
  results: Row[]
  next: string | null
}

export interface Session {
  id: number
  name: string
  user_agent: string
  ip: string | null
  created_at: Timestamp
  last_used_at: Timestamp
  current: boolean
}

export interface Invite {
  id: number
  token: string
  url: string
  expires_at: Timestamp | null
  max_uses: number | null
}

export interface Ban {
  user: User
  until: Timestamp | null
}

export interface Readers {
  read: User[]
  unread: User[]
}

export interface SignedIn {
  user: Me
  access: string
  /** null when the server keeps it in a cookie. */
  refresh: string | null
}

export interface Tokens {
  access: string
  refresh: string | null
}

export interface Health {
  status: 'ok' | 'degraded' | 'down'
  database: string
  redis: string
  version: string
}

export type ErrorCode
  = | 'authentication_failed' | 'token_expired' | 'permission_denied' | 'not_a_member' | 'muted' | 'blocked'
    | 'not_found' | 'conflict' | 'room_archived' | 'recall_window_closed' | 'too_large' | 'unsupported_media'
    | 'validation_error' | 'method_not_allowed' | 'rate_limited' | 'unavailable'

export interface ErrorBody {
  code: ErrorCode
  message: string
  fields: Record<string, string[]> | null
  retry_after: number | null
  request_id: string | null
}

/* ---- REST bodies ---- */

export interface RegisterBody {
  username: string
  email: string
  password: string
  display_name?: string
}

export interface LoginBody {
  /** A username or an e-mail address. */
  username: string
  password: string
}

export interface RoomBody {
  name: string
  description?: string
  kind?: 'public' | 'private'
}

export interface RoomPatch {
  name?: string
  description?: string
  announcement?: string
  archived?: false
}

export interface MembershipPatch {
  notify?: NotifyLevel
  notify_until?: Timestamp | null
  pinned?: boolean
}

export interface MePatch {
  display_name?: string
  bio?: string
  locale?: string
  timezone?: string
  status_text?: string
  preferences?: Preferences
}

export interface Draft {
  content: string
  reply_to?: number
  mentions?: number[]
  mention_all?: boolean
  attachment_ids?: number[]
}

/* ---- WebSocket ---- */

export interface Ready {
  user: Me
  session_id: number
  protocol: number
  epoch: string
  server_time: Timestamp
  heartbeat_seconds: number
  limits: Limits
  rooms: RoomHead[]
}

export interface Limits {
  content_chars: number
  frame_bytes: number
  upload_bytes: number
  recall_seconds: number
}

export interface RoomHead {
  room_id: number
  version: number
  last_seq: number
  last_read_seq: number
  unread_count: number
  mention_count: number
}

export interface SendAck {
  nonce: string
  room_id: number
  message_id: number
  seq: number
  version: number
  created_at: Timestamp
  duplicate: boolean
}

export interface SendMessage extends Draft {
  room_id: number
  nonce: string
}

/** Command → its data and its reply. */
export interface Commands {
  authenticate: { data: { token: string, rooms?: Record<string, number>, epoch?: string }, reply: Ready }
  ping: { data: { idle?: boolean }, reply: { server_time: Timestamp } }
  join_room: { data: { room_id: number, version?: number }, reply: { room_id: number, room: Room, version: number } }
  leave_room: { data: { room_id: number }, reply: { room_id: number } }
  send_message: { data: SendMessage, reply: SendAck }
  edit_message: { data: { message_id: number, content: string }, reply: { version: number } }
  recall_message: { data: { message_id: number }, reply: { version: number } }
  add_reaction: { data: { message_id: number, emoji: string }, reply: { version: number } }
  remove_reaction: { data: { message_id: number, emoji: string }, reply: { version: number } }
  mark_read: { data: { room_id: number, seq: number }, reply: { last_read_seq: number } }
  typing: { data: { room_id: number }, reply: Record<string, never> }
  set_status: { data: { status: Status, status_text?: string }, reply: Record<string, never> }
  sync_room: { data: { room_id: number, version: number }, reply: Record<string, never> }
}

export interface RoomSync {
  room_id: number
  from_version: number
  version: number
  complete: boolean
  /** null: unchanged. */
  room: Room | null
  members: Member[]
  messages: Message[]
}

export type RemovalReason = 'left' | 'kicked' | 'banned'

/** Event → its data. `error` and the replies to commands are not here: they belong to the gateway. */
export interface Events {
  new_message: { room_id: number, version: number, message: Message }
  message_updated: { room_id: number, version: number, message: Message }
  member_joined: { room_id: number, version: number, member: Member }
  member_left: { room_id: number, version: number, member: Member }
  member_updated: { room_id: number, version: number, member: Member }
  membership_updated: { room_id: number, membership: Membership }
  user_updated: { user: User }
  room_updated: { room_id: number, version: number, room: Room }
  room_added: { room: Room }
  room_removed: { room_id: number, reason: RemovalReason }
  room_sync: RoomSync
  read_updated: { room_id: number, user_id: number, last_read_seq: number }
  typing: { room_id: number, user_id: number }
  user_online: { user_id: number, username: string }
  user_offline: { user_id: number, last_seen_at: Timestamp | null }
  presence_changed: { user_id: number, status: Status, status_text: string }
  session_revoked: { reason: string }
  reconnect: { retry_after: number }
}

export type EventType = keyof Events
export type CommandType = keyof Commands
