import type { Api } from '@/api/endpoints'
import { createPinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { aUser } from '@/testing/samples'
import { createJoinRequestsStore } from './join-requests'
import { createUsersStore } from './users'

const ROOM = 7
const request = (id: number, message = '') => ({ user: aUser(id), message, created_at: '2026-01-01T12:00:00Z' })
const members = { requests: vi.fn(), letIn: vi.fn(), turnDown: vi.fn() }

function store() {
  const pinia = createPinia()
  const api = { members } as unknown as Api
  return createJoinRequestsStore(pinia, { api, users: createUsersStore(pinia, { api, server: 'http://chat.test' }) })
}

const asking = (requests: ReturnType<typeof store>) => requests.of(ROOM).map(({ user, message }) => [user.id, message])

beforeEach(() => {
  members.requests.mockResolvedValue([request(2, 'hello')])
  members.letIn.mockResolvedValue(undefined)
})

it('holds who waits, and who asks later', async () => {
  const requests = store()
  await requests.load(ROOM)
  requests.onRequested({ room_id: ROOM, user: aUser(3), message: 'me, too' })
  expect(asking(requests)).toEqual([[2, 'hello'], [3, 'me, too']])
})

it('hears of the same request twice and keeps it once, with the newest words', async () => {
  const requests = store()
  await requests.load(ROOM)
  requests.onRequested({ room_id: ROOM, user: aUser(2), message: 'please' })
  expect(asking(requests)).toEqual([[2, 'please']])
})

it('forgets who was let in, here or by somebody else', async () => {
  const requests = store()
  members.requests.mockResolvedValue([request(2), request(3)])
  await requests.load(ROOM)
  await requests.letIn(ROOM, 2)
  requests.settle(ROOM, 3)
  expect(asking(requests)).toEqual([])
})

it('keeps who could not be let in', async () => {
  const requests = store()
  await requests.load(ROOM)
  members.letIn.mockRejectedValue(new Error('refused'))
  await expect(requests.letIn(ROOM, 2)).rejects.toThrow()
  expect(asking(requests)).toHaveLength(1)
})
