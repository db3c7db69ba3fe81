import type { Entrance } from '@/entrance'
import { beforeEach, expect, it } from 'vitest'
import { createChatRouter } from '.'

beforeEach(() => history.replaceState(null, '', '/'))

async function goTo(path: string, entrance: object): Promise<string> {
  const router = createChatRouter(entrance as Entrance)
  await router.push(path)
  return router.currentRoute.value.fullPath
}

const out = { state: 'signed_out' }
const inside = { state: 'signed_in' }

it('sends a guest to sign in, with the way back, but one who is invited', async () => {
  expect(await goTo('/rooms/7', out)).toBe('/signin?next=/rooms/7')
  expect(await goTo('/invite/abc', out)).toBe('/invite/abc')
  expect(await goTo('/', out)).toBe('/signin')
  expect(await goTo('/register', out)).toBe('/register')
})

it('keeps somebody who is signed in inside', async () => {
  expect(await goTo('/signin', inside)).toBe('/')
  expect(await goTo('/rooms/7', inside)).toBe('/rooms/7')
  expect(await goTo('/rooms/x', inside)).toBe('/')
})

it('opens the links of mails to everybody, and keeps what stands behind #', async () => {
  for (const who of [out, inside]) {
    expect(await goTo('/reset-password#token', who)).toBe('/reset-password#token')
    expect(await goTo('/confirm-email#token', who)).toBe('/confirm-email#token')
  }
  expect(await goTo('/forgot-password', out)).toBe('/forgot-password')
  expect(await goTo('/forgot-password', inside)).toBe('/')
})

it('first sees who was here before', async () => {
  const entrance = { state: 'restoring', restore: () => Promise.resolve() }
  entrance.restore = async () => void (entrance.state = 'signed_in')
  expect(await goTo('/rooms/7', entrance)).toBe('/rooms/7')
})
