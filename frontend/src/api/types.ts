/** Short names of everything that crosses the wire. The shapes are generated from the server's: `npm run types`. */
import type { components } from './schema'

type Schemas = components['schemas']
/** What the server fills in may be left out of what a client sends. */
type Given<Body, Required extends keyof Body> = Pick<Body, Required> & Partial<Omit<Body, Required>>

/** ISO 8601, UTC, ending in `Z`. */
export type Timestamp = string

/* ---- people ---- */

/** The little of a user that a message carries. */
export type Sender = Schemas['SenderOut']
export type User = Schemas['UserOut']
export type Me = Omit<Schemas['MeOut'], 'preferences'> & { preferences: Preferences }
export type Status = User['status']
/** `client` is ours to fill. */
export type Preferences = Omit<Schemas['Preferences'], 'client'> & { client: Record<string, unknown> }
export type PreferencesPatch = Partial<Preferences>
export type Audience = Preferences['message_me']
export type Session = Schemas['SessionOut']
export type SignedIn = Omit<Schemas['SignedInOut'], 'user'> & { user: Me }
export type Tokens = Schemas['TokensOut']
export type OnlinePeople = Schemas['OnlineOut']
export type FriendRequest = Schemas['FriendRequestOut']

export type Remark = Schemas['RemarkOut']
export type ExportLink = Schemas['ExportLinkOut']
export type ReportBody = Given<Schemas['MakeReport'], 'reason'>
export type ReportReason = ReportBody['reason']

export type RegisterBody = Given<Schemas['Register'], 'username' | 'email' | 'password'>
export type LoginBody = Given<Schemas['Login'], 'username' | 'password'>
export type MePatch = Omit<Schemas['MePatch'], 'preferences'> & { preferences?: PreferencesPatch }

/* ---- rooms ---- */

export type Room = Schemas['RoomOut']
export type RoomKind = Room['kind']
export type Membership = Schemas['MembershipOut']
export type Role = Membership['role']
export type NotifyLevel = Membership['notify']
export type Member = Schemas['MemberOut']
export type Invite = Schemas['InviteOut']
export type InvitePreview = Schemas['InvitePreviewOut']
export type Ban = Schemas['BanOut']
export type JoinRequest = Schemas['JoinRequestOut']
export type Announcement = Schemas['AnnouncementOut']
export type Rules = Room['rules']
export type GroupBody = Given<Schemas['MakeGroup'], 'user_ids'>

export type RoomBody = Given<Schemas['CreateRoom'], 'name'>
export type RoomPatch = Schemas['ChangeRoom']
export type MembershipPatch = Schemas['ChangeMembership']
export type MemberPatch = Schemas['ChangeMember']
export type InviteBody = Partial<Schemas['CreateInvite']>

/* ---- messages ---- */

export type Message = Schemas['MessageOut']
export type Reaction = Schemas['ReactionOut']
export type ReplyTo = Schemas['ReplyOut']
export type SystemLine = Schemas['SystemOut']
export type Attachment = Schemas['AttachmentOut']
export type MessagePage = Schemas['HistoryPage']
export type Readers = Schemas['ReadersOut']

/** What somebody wrote, before it has a room and a nonce. */
export type Draft = Omit<Given<Schemas['SendBody'], 'content'>, 'nonce'>

/* ---- answers ---- */

export interface Page<Row> {
  results: Row[]
  next: string | null
}

export type Health = Schemas['HealthOut']
/** What the server is called, and who may register. */
export type Server = Schemas['ServerOut']
export type Address = Schemas['AddressOut']
export type Demo = Schemas['DemoOut']
export type DemoLogin = Schemas['DemoLoginOut']

export type ErrorCode
  = | 'authentication_failed' | 'token_expired' | 'permission_denied' | 'not_a_member' | 'muted' | 'blocked'
    | 'not_found' | 'conflict' | 'room_archived' | 'recall_window_closed' | 'too_large' | 'unsupported_media'
    | 'validation_error' | 'method_not_allowed' | 'rate_limited' | 'unavailable'

export type ErrorBody = Omit<Schemas['ErrorOut'], 'code'> & { code: ErrorCode }

/* ---- WebSocket ---- */

export type Ready = Schemas['Ready']
export type Limits = Schemas['ReadyLimits']
export type RoomHead = Schemas['RoomHead']
export type RoomSync = Schemas['RoomSync']
export type RemovalReason = Schemas['RoomRemoved']['reason']
export type SendMessage = Draft & { room_id: number, nonce: string }

export interface SendAck {
  nonce: string
  room_id: number
  message_id: number
  seq: number
  version: number
  created_at: Timestamp
  duplicate: boolean
}

/** Command → its data. */
export type Commands = Omit<Schemas['GatewayCommands'], 'authenticate' | 'ping' | 'join_room' | 'send_message' | 'set_status'> & {
  authenticate: Given<Schemas['Authenticate'], 'token'>
  ping: Partial<Schemas['Ping']>
  join_room: Given<Schemas['JoinRoom'], 'room_id'>
  send_message: SendMessage
  set_status: Given<Schemas['SetStatus'], 'status'>
}

/** Command → the data of its reply. */
export interface Replies extends Record<CommandType, unknown> {
  authenticate: Ready
  join_room: Schemas['JoinedRoom']
  leave_room: Schemas['LeftRoom']
  send_message: SendAck
  mark_read: { last_read_seq: number }
}

/** Event → its data, but for what answers a command: that belongs to the gateway. */
export type Events = Omit<Schemas['GatewayEvents'], 'error' | 'ready' | 'joined_room' | 'left_room'>

export type EventType = keyof Events
export type CommandType = keyof Schemas['GatewayCommands']
