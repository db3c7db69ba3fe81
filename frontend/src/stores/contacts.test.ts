import type { Api } from '@/api/endpoints'
import type { User } from '@/api/types'
import { createPinia } from 'pinia'
import { expect, it } from 'vitest'
import { aUser } from '@/testing/samples'
import { createContactsStore } from './contacts'
import { createUsersStore } from './users'

it('believes what it asked for last, whichever answer comes last', async () => {
  const answers: ((blocked: User[]) => void)[] = []
  const nothing = async () => []
  const blocks = () => new Promise<User[]>(resolve => answers.push(resolve))
  const api = { users: { friends: nothing, friendRequests: nothing, remarks: nothing, blocks } } as unknown as Api
  const pinia = createPinia()
  const contacts = createContactsStore(pinia, { api, users: createUsersStore(pinia, { api, server: 'http://chat.test' }) })
  const loads = [contacts.load(), contacts.load()]
  answers[1]!([])
  await loads[1]
  answers[0]!([aUser(2)])
  await loads[0]
  expect(contacts.blocks).toEqual([])
})
