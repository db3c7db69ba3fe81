import type { Client } from './client'
import type * as wire from './types'

export type MessagesQuery
  = | { before: number } | { after: number } | { around: number } | { at: wire.Timestamp } | Record<never, never>

/** Calls of a signed-in user. */
export function createApi({ call }: Client) {
  const results = async <Row>(answer: Promise<{ results: Row[] }>) => (await answer).results

  const account = {
    sessions: () => results(call<{ results: wire.Session[] }>('GET', '/api/auth/sessions')),
    endSession: (id: number) => call<void>('DELETE', `/api/auth/sessions/${id}`),
    endOtherSessions: () => call<void>('DELETE', '/api/auth/sessions'),
    changePassword: (old_password: string, new_password: string) =>
      call<void>('POST', '/api/auth/password/change', { body: { old_password, new_password } }),
    me: () => call<wire.Me>('GET', '/api/users/me'),
    update: (body: wire.MePatch) => call<wire.Me>('PATCH', '/api/users/me', { body, outlivesPage: true }),
    setAvatar: (file: Blob) => call<void>('PUT', '/api/users/me/avatar', { body: form(file) }),
    removeAvatar: () => call<void>('DELETE', '/api/users/me/avatar'),
    askExport: (password: string) => call<wire.ExportLink>('POST', '/api/users/me/export', { body: { password } }),
    deleteMe: (password: string) => call<void>('DELETE', '/api/users/me', { body: { password } }),
  }

  const users = {
    get: (id: number) => call<wire.User>('GET', `/api/users/${id}`),
    search: (q: string) => results(call<{ results: wire.User[] }>('GET', '/api/users/search', { query: { q } })),
    friends: () => results(call<{ results: wire.User[] }>('GET', '/api/users/friends')),
    friendRequests: () => results(call<{ results: wire.FriendRequest[] }>('GET', '/api/users/friends/requests')),
    askFriend: (id: number, message = '') => call<void>('POST', `/api/users/friends/${id}`, { body: { message } }),
    acceptFriend: (id: number) => call<wire.User>('POST', `/api/users/friends/${id}/accept`),
    removeFriend: (id: number) => call<void>('DELETE', `/api/users/friends/${id}`),
    blocks: () => results(call<{ results: wire.User[] }>('GET', '/api/users/blocks')),
    block: (id: number) => call<void>('PUT', `/api/users/blocks/${id}`),
    unblock: (id: number) => call<void>('DELETE', `/api/users/blocks/${id}`),
    online: () => call<wire.OnlinePeople>('GET', '/api/users/online'),
    remarks: () => results(call<{ results: wire.Remark[] }>('GET', '/api/users/remarks')),
    remark: (id: number, name: string) => call<void>('PUT', `/api/users/${id}/remark`, { body: { name } }),
    forgetRemark: (id: number) => call<void>('DELETE', `/api/users/${id}/remark`),
    report: (id: number, body: wire.ReportBody) => call<void>('POST', `/api/users/${id}/report`, { body }),
  }

  const rooms = {
    mine: () => results(call<{ results: wire.Room[] }>('GET', '/api/rooms/')),
    directory: (q: string, cursor?: string) =>
      call<wire.Page<wire.Room>>('GET', '/api/rooms/', { query: { scope: 'public', q, cursor } }),
    get: (id: number) => call<wire.Room>('GET', `/api/rooms/${id}`),
    create: (body: wire.RoomBody) => call<wire.Room>('POST', '/api/rooms/', { body }),
    update: (id: number, body: wire.RoomPatch) => call<wire.Room>('PATCH', `/api/rooms/${id}`, { body }),
    archive: (id: number) => call<void>('DELETE', `/api/rooms/${id}`),
    setAvatar: (id: number, file: Blob) => call<void>('PUT', `/api/rooms/${id}/avatar`, { body: form(file) }),
    removeAvatar: (id: number) => call<void>('DELETE', `/api/rooms/${id}/avatar`),
    rotateCode: (id: number) => call<wire.Room>('POST', `/api/rooms/${id}/code`),
    announcement: (id: number) => call<wire.Announcement>('GET', `/api/rooms/${id}/announcement`),
    readAnnouncement: (id: number) => call<void>('POST', `/api/rooms/${id}/announcement/read`),
    /** Where admins decide about it, the answer is the room without a membership. */
    join: (id: number, message = '') => call<wire.Room>('POST', `/api/rooms/${id}/join`, { body: { message } }),
    makeGroup: (body: wire.GroupBody) => call<wire.Room>('POST', '/api/groups', { body }),
    joinByCode: (code: string) => call<wire.Room>('POST', '/api/rooms/join', { body: { code } }),
    leave: (id: number) => call<void>('POST', `/api/rooms/${id}/leave`),
    direct: (user_id: number) => call<wire.Room>('POST', '/api/direct', { body: { user_id } }),
    setMembership: (id: number, body: wire.MembershipPatch) =>
      call<wire.Membership>('PATCH', `/api/rooms/${id}/membership`, { body }),
    markRead: (id: number, seq: number) =>
      call<void>('POST', `/api/rooms/${id}/read`, { body: { seq }, outlivesPage: true }),
    markUnread: (id: number, seq: number) => call<void>('POST', `/api/rooms/${id}/unread`, { body: { seq } }),
    transfer: (id: number, user_id: number) => call<void>('POST', `/api/rooms/${id}/transfer`, { body: { user_id } }),
    invites: (id: number) =>
      results(call<{ results: wire.Invite[] }>('GET', `/api/rooms/${id}/invites`, { query: { limit: 100 } })),
    invite: (id: number, body: wire.InviteBody = {}) =>
      call<wire.Invite>('POST', `/api/rooms/${id}/invites`, { body }),
    revokeInvite: (id: number, invite: number) => call<void>('DELETE', `/api/rooms/${id}/invites/${invite}`),
    acceptInvite: (token: string) => call<wire.Room>('POST', `/api/invites/${encodeURIComponent(token)}/accept`),
  }

  const members = {
    page: (room: number, cursor?: string) =>
      call<wire.Page<wire.Member>>('GET', `/api/rooms/${room}/members`, { query: { limit: 100, cursor } }),
    add: (room: number, user_id: number) => call<void>('POST', `/api/rooms/${room}/members`, { body: { user_id } }),
    update: (room: number, user: number, body: wire.MemberPatch) =>
      call<wire.Member>('PATCH', `/api/rooms/${room}/members/${user}`, { body }),
    kick: (room: number, user: number) => call<void>('DELETE', `/api/rooms/${room}/members/${user}`),
    requests: (room: number) =>
      results(call<{ results: wire.JoinRequest[] }>('GET', `/api/rooms/${room}/requests`, { query: { limit: 100 } })),
    letIn: (room: number, user: number) => call<void>('PUT', `/api/rooms/${room}/requests/${user}`),
    turnDown: (room: number, user: number) => call<void>('DELETE', `/api/rooms/${room}/requests/${user}`),
    bans: (room: number) =>
      results(call<{ results: wire.Ban[] }>('GET', `/api/rooms/${room}/bans`, { query: { limit: 100 } })),
    ban: (room: number, user: number, until?: wire.Timestamp) =>
      call<void>('PUT', `/api/rooms/${room}/bans/${user}`, { body: until === undefined ? {} : { until } }),
    unban: (room: number, user: number) => call<void>('DELETE', `/api/rooms/${room}/bans/${user}`),
  }

  const messages = {
    page: (room: number, query: MessagesQuery, limit = 50) =>
      call<wire.MessagePage>('GET', `/api/rooms/${room}/messages`, { query: { limit, ...query } }),
    get: (id: number) => call<wire.Message>('GET', `/api/messages/${id}`),
    edit: (id: number, content: string) => call<wire.Message>('PATCH', `/api/messages/${id}`, { body: { content } }),
    recall: (id: number) => call<wire.Message>('POST', `/api/messages/${id}/recall`),
    react: (id: number, emoji: string) =>
      call<wire.Message>('PUT', `/api/messages/${id}/reactions/${encodeURIComponent(emoji)}`),
    unreact: (id: number, emoji: string) =>
      call<wire.Message>('DELETE', `/api/messages/${id}/reactions/${encodeURIComponent(emoji)}`),
    pin: (id: number) => call<void>('PUT', `/api/messages/${id}/pin`),
    unpin: (id: number) => call<void>('DELETE', `/api/messages/${id}/pin`),
    pins: (room: number) => results(call<{ results: wire.Message[] }>('GET', `/api/rooms/${room}/pins`)),
    readers: (id: number) => call<wire.Readers>('GET', `/api/messages/${id}/readers`),
    report: (id: number, body: wire.ReportBody) => call<void>('POST', `/api/messages/${id}/report`, { body }),
  }

  /** Where others reach this server. */
  const address = () => call<wire.Address>('GET', '/api/address')

  return { account, users, rooms, members, messages, address }
}

export type Api = ReturnType<typeof createApi>

function form(file: Blob): FormData {
  const data = new FormData()
  data.set('file', file)
  return data
}
