import type { VueWrapper } from '@vue/test-utils'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import App from '@/App.vue'
import { createEntrance, entranceKey } from '@/entrance'
import { i18n, setLocale } from '@/i18n'
import { createChatRouter } from '@/router'
import { eventually } from '@/testing/eventually'
import { fakePlatform } from '@/testing/fake-platform'
import { aMe } from '@/testing/samples'
// What signing in loads is here before the clock of a test runs.
import '@/inside'

const ORIGIN = 'http://chat.test'
const calls: { path: string, body: unknown }[] = []
const answers = new Map<string, () => Response>()
let page: VueWrapper

const json = (body: unknown, status: number) => () => new Response(JSON.stringify(body), { status })
const refusal = (fields: Record<string, string[]>) => json({ code: 'validation_error', message: 'No.', fields, retry_after: null }, 400)

/** The whole client at an address, before a server that answers 204 to what the test says nothing about. */
async function open(address: string) {
  history.replaceState(null, '', '/')
  const entrance = createEntrance({ platform: fakePlatform(), locale: () => 'en' })
  const router = createChatRouter(entrance)
  await router.push(address)
  page = mount(App, { attachTo: document.body, global: { plugins: [i18n, router], provide: { [entranceKey as symbol]: entrance } } })
  await flushPromises()
}

const title = () => page.get('h1').text()
const input = (label: string) => page.get(`input[id="${page.findAll('label').find(one => one.text() === label)!.attributes('for')}"]`)

async function submit() {
  await page.get('form').trigger('submit')
  await flushPromises()
}

async function goOn(words: string) {
  const before = title()
  await page.findAll('a').find(link => link.text() === words)!.trigger('click')
  await eventually(() => expect(title()).not.toBe(before))
}

beforeEach(async () => {
  calls.length = 0
  answers.clear()
  await setLocale('en')
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const path = url.slice(ORIGIN.length)
    if (init.method !== 'GET')
      calls.push({ path, body: JSON.parse(String(init.body)) })
    return answers.get(path)?.() ?? new Response(null, { status: 204 })
  })
})

afterEach(() => page.unmount())

describe('a forgotten password', () => {
  const PATH = '/api/auth/password/reset'

  it('is asked for from the sign-in page, by e-mail, with one answer for every address', async () => {
    await open('/signin')
    await goOn('Forgot password?')
    await input('E-mail').setValue('ada@example.org')
    await submit()
    expect(calls).toEqual([{ path: PATH, body: { email: 'ada@example.org' } }])
    expect(title()).toBe('Check your e-mail')
    expect(page.text()).toContain('If ada@example.org has an account')
  })

  it('needs an address, and says so before anything is sent', async () => {
    await open('/forgot-password')
    await input('E-mail').setValue('ada')
    await submit()
    expect(page.get('[role=alert]').text()).toBe('This does not look like an e-mail address')
    expect(calls).toEqual([])
  })

  it('keeps what was typed when the server cannot be asked', async () => {
    answers.set(PATH, json({ code: 'rate_limited', message: '', fields: null, retry_after: 30 }, 429))
    await open('/forgot-password')
    await input('E-mail').setValue('ada@example.org')
    await submit()
    expect(page.get('[role=alert]').text()).toBe('Too fast, please try again in 30 s')
    expect((input('E-mail').element as HTMLInputElement).value).toBe('ada@example.org')
  })
})

describe('a link for a new password', () => {
  const PATH = '/api/auth/password/reset/confirm'

  it('sets it with what stands behind #', async () => {
    await open('/reset-password#to-k:en')
    await input('New password').setValue('a good long one')
    await submit()
    expect(calls).toEqual([{ path: PATH, body: { token: 'to-k:en', new_password: 'a good long one' } }])
    expect(title()).toBe('New password saved')
  })

  it('tells at once when the password is too short, and in the words of the server when it is too common', async () => {
    await open('/reset-password#token')
    await input('New password').setValue('short')
    await submit()
    expect(page.get('[role=alert]').text()).toBe('Use at least 8 characters')
    expect(calls).toEqual([])
    answers.set(PATH, refusal({ new_password: ['This password is too common.'] }))
    await input('New password').setValue('password')
    await submit()
    expect(page.get('[role=alert]').text()).toBe('This password is too common.')
  })

  it('leads to another one when it is expired or used', async () => {
    answers.set(PATH, refusal({ token: ['This link is not valid any more.'] }))
    await open('/reset-password#token')
    await input('New password').setValue('a good long one')
    await submit()
    expect(title()).toBe('This link no longer works')
    await goOn('Get a new link')
    expect(title()).toBe('Forgot your password?')
  })

  it('is dead without a token', async () => {
    await open('/reset-password')
    expect(title()).toBe('This link no longer works')
  })
})

describe('a link that confirms an address', () => {
  const PATH = '/api/auth/email/confirm'

  it('does it by being opened', async () => {
    await open('/confirm-email#token')
    expect(calls).toEqual([{ path: PATH, body: { token: 'token' } }])
    expect(title()).toBe('E-mail confirmed')
  })

  it('says what to do when it is expired or used', async () => {
    answers.set(PATH, refusal({ token: ['This link is not valid any more.'] }))
    await open('/confirm-email#token')
    expect(title()).toBe('This link no longer works')
    await goOn('Sign in')
    expect(title()).toBe('Welcome back')
  })

  it('can be tried again when the server did not answer', async () => {
    answers.set(PATH, () => new Response('', { status: 502 }))
    await open('/confirm-email#token')
    expect(title()).toBe('Not confirmed yet')
    answers.clear()
    await page.get('button.primary').trigger('click')
    await flushPromises()
    expect(title()).toBe('E-mail confirmed')
  })
})

describe('registering', () => {
  const PATH = '/api/auth/register'
  const waitsFor = (waits_for: string) => json({ user: aMe(1), access: null, refresh: null, waits_for }, 202)

  async function fill() {
    await input('Username').setValue('ada')
    await input('E-mail').setValue('ada@example.org')
    await input('Password').setValue('correct horse')
  }

  it.each([['email', 'Confirm your e-mail'], ['approval', 'Waiting for approval']])('that waits for %s says what happens next', async (what, words) => {
    answers.set(PATH, waitsFor(what))
    await open('/register')
    await fill()
    await submit()
    expect(title()).toBe(words)
    await goOn('Sign in')
    expect(title()).toBe('Welcome back')
  })

  it('sends an administrator code and an invitation only where there are any', async () => {
    answers.set(PATH, waitsFor('approval'))
    await open('/register')
    await fill()
    await submit()
    expect(calls[0]?.body).toEqual({ username: 'ada', email: 'ada@example.org', password: 'correct horse', cookie: true })
    page.unmount()
    await open('/register#invitation')
    await fill()
    await input('Administrator code').setValue(' code ')
    await submit()
    expect(calls[1]?.body).toMatchObject({ admin_code: 'code', invite: 'invitation' })
  })

  it('tells that a code is wrong at its field', async () => {
    answers.set(PATH, refusal({ admin_code: ['This code is not valid.'] }))
    await open('/register')
    await fill()
    await input('Administrator code').setValue('wrong')
    await submit()
    expect(page.get('details').attributes()).toHaveProperty('open')
    expect(page.get('details [role=alert]').text()).toBe('This code is not valid.')
  })

  it('says why a server takes no new accounts', async () => {
    answers.set(PATH, json({ code: 'permission_denied', message: 'This server does not take new accounts.', fields: null, retry_after: null }, 403))
    await open('/register')
    await fill()
    await submit()
    expect(page.get('[role=alert]').text()).toBe('This server does not take new accounts.')
  })
})

describe('a password', () => {
  it.each(['/signin', '/register'])('is masked on %s, and may be pasted or filled in by a manager', async (address) => {
    await open(address)
    const field = page.get('input[autocomplete$="-password"]')
    expect(field.attributes('type')).toBe('password')
    const paste = new Event('paste', { bubbles: true, cancelable: true })
    field.element.dispatchEvent(paste)
    expect(paste.defaultPrevented).toBe(false)
  })
})

describe('what the server says of itself', () => {
  const says = (more: object) => answers.set('/api/server', json({ name: 'Harbour', message: '', edit_seconds: 0, registration: 'open', email_verification: 'off', ...more }, 200))

  it('is shown to everybody who comes to the door', async () => {
    says({ message: 'Closed\non Sunday' })
    await open('/signin')
    expect(page.get('.message').text()).toBe('Closed\non Sunday')
  })

  it.each([
    ['closed', 'not accepting new accounts'],
    ['invite', 'Ask an administrator for a link'],
    ['approval', 'An administrator approves'],
  ])('tells who registers what %s means', async (registration, words) => {
    says({ registration })
    await open('/register')
    expect(page.get('.rule').text()).toContain(words)
    page.unmount()
    await open('/signin')
    expect(page.find('.rule').exists()).toBe(false)
  })

  it('says nothing to the invited, nor where all may register', async () => {
    says({ registration: 'invite' })
    await open('/register#token')
    expect(page.find('.rule').exists()).toBe(false)
    page.unmount()
    says({})
    await open('/register')
    expect(page.find('.rule').exists()).toBe(false)
  })
})

describe('a demo', () => {
  const login = { username: 'xiaoyu', display_name: '林小雨', password: 'look-around' }

  it('shows its accounts, and signs in with the one that is chosen', async () => {
    answers.set('/api/demo', json({ logins: [login] }, 200))
    answers.set('/api/auth/login', json({ code: 'authentication_failed', message: 'No.', fields: {}, retry_after: null }, 401))
    await open('/signin')
    expect(page.get('.demo').text()).toContain('look-around')
    await page.findAll('button').find(one => one.text() === '林小雨xiaoyu')!.trigger('click')
    await flushPromises()
    expect(calls.find(call => call.path === '/api/auth/login')!.body).toMatchObject({ username: 'xiaoyu', password: 'look-around' })
  })

  it('is not on any other server', async () => {
    answers.set('/api/demo', json({ logins: [] }, 200))
    await open('/signin')
    expect(page.find('.demo').exists()).toBe(false)
  })
})
