import type { Me, Member, Membership, Message, Preferences, Room, Sender, User } from '@/api/types'

const PREFERENCES: Preferences = {
  message_me: 'everyone',
  find_me: 'everyone',
  add_to_rooms: 'everyone',
  last_seen: 'everyone',
  read_receipts: true,
  theme: 'system',
  density: 'comfortable',
  message_style: 'flat',
  font_scale: 'normal',
  send_key: 'enter',
  notifications: 'all',
  notification_preview: true,
  sound: true,
  client: {},
}

const RULES: Room['rules'] = {
  post: 'everyone',
  links: 'everyone',
  upload: 'everyone',
  mention_all: 'by_size',
  mention_here: 'by_size',
  react: 'everyone',
  pin: 'everyone',
  invite: 'everyone',
  add: 'everyone',
  rename: 'admins',
  announce: 'admins',
  join: 'open',
  history: 'all',
  slow_seconds: 0,
  recall_seconds: null,
  edit_seconds: null,
  keep_days: null,
}

const NOON = '2026-01-01T12:00:00Z'

export function aSender(id: number, more: Partial<Sender> = {}): Sender {
  return { id, username: `user${id}`, display_name: `User ${id}`, avatar_url: null, is_bot: false, ...more }
}

export function aUser(id: number, more: Partial<User> = {}): User {
  return { ...aSender(id), status: 'offline', status_text: '', last_seen_at: null, ...more }
}

export function aMe(id: number, more: Partial<Me> = {}): Me {
  return {
    ...aUser(id),
    email: `user${id}@example.org`,
    bio: '',
    locale: 'en',
    timezone: 'UTC',
    is_staff: false,
    preferences: PREFERENCES,
    ...more,
  }
}

export function aMembership(more: Partial<Membership> = {}): Membership {
  return {
    role: 'member',
    last_read_seq: 0,
    unread_count: 0,
    mention_count: 0,
    first_mention_seq: null,
    notify: 'all',
    notify_until: null,
    muted_until: null,
    pinned_at: null,
    announcement_read_at: null,
    joined_at: NOON,
    ...more,
  }
}

export function aRoom(id: number, more: Partial<Room> = {}): Room {
  return {
    id,
    code: '123456',
    name: `Room ${id}`,
    description: '',
    announcement: '',
    announced_at: null,
    kind: 'public',
    avatar_url: null,
    created_by: 1,
    created_at: NOON,
    archived_at: null,
    rules: RULES,
    member_count: 2,
    version: 0,
    first_seq: 1,
    last_seq: 0,
    last_message: null,
    peer: null,
    membership: aMembership(),
    ...more,
  }
}

export function aMember(id: number, more: Partial<Member> = {}): Member {
  return { user: aUser(id), role: 'member', joined_at: NOON, muted_until: null, version: 1, ...more }
}

/** A message whose id, seq, version and nonce follow from its seq. */
export function aMessage(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: 1000 + seq,
    room_id: 7,
    seq,
    version: seq,
    kind: 'text',
    sender: aSender(2),
    content: `message ${seq}`,
    nonce: `nonce-${seq}`,
    reply_to: null,
    mentions: [],
    mention_all: false,
    mention_here: false,
    attachments: [],
    reactions: [],
    system: null,
    pinned_at: null,
    edited_at: null,
    recalled_at: null,
    created_at: NOON,
    ...more,
  }
}
