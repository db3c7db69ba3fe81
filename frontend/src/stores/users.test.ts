import type { Api } from '@/api/endpoints'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { aSender, aUser } from '@/testing/samples'
import { createUsersStore } from './users'

const calls = { remarks: vi.fn(), remark: vi.fn(), forgetRemark: vi.fn() }
const store = () => createUsersStore(createPinia(), { api: { users: calls } as unknown as Api, server: 'http://chat.test' })

it('calls people as they were last called, however old the message', () => {
  const users = store()
  users.remember(aUser(2, { display_name: '林晓晓' }))
  expect(users.nameOf(aSender(2, { display_name: '林晓' }))).toBe('林晓晓')
})

it('calls them by my own name for them, which leaves theirs as it is', async () => {
  calls.remarks.mockResolvedValue([{ user_id: 2, name: '老板' }])
  const users = store()
  users.remember(aUser(2, { display_name: '林晓' }))
  await users.loadRemarks()
  expect([users.nameOf(2), users.ownNameOf(2)]).toEqual(['老板', '林晓'])
})

it('forgets a name of mine, here or on another device', async () => {
  calls.remark.mockResolvedValue(undefined)
  const users = store()
  users.remember(aUser(2))
  await users.setRemark(2, '老板')
  users.onRemark(2, null)
  expect(users.nameOf(2)).toBe('User 2')
})

it('keeps the old name when the server does not take the new one', async () => {
  calls.remark.mockRejectedValue(new Error('refused'))
  const users = store()
  users.remember(aUser(2))
  await expect(users.setRemark(2, '老板')).rejects.toThrow()
  expect(users.nameOf(2)).toBe('User 2')
})
