import type { Page } from 'playwright-core'
import type { ChatServer } from './chat-server'
import type { Desktop, Opened } from './desktop'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startChatServer } from './chat-server'
import { createDesktop } from './desktop'
import { PASSWORD, Person } from './person'

interface Room { id: number, code: string }

const stage = inject('stage')
let server: ChatServer
let desktop: Desktop
let opened: Opened
let ben: Person
let room: Room

beforeAll(async () => {
  server = await startChatServer(join(stage.folder, 'server'))
  desktop = createDesktop(stage)
  opened = await desktop.open()
})
afterAll(async () => {
  ben?.leave()
  await opened?.close()
  await server?.stop()
})

const field = (page: Page, name: string) => page.getByRole('textbox', { name })
const shown = (page: Page, text: string) => page.getByRole('log').getByText(text, { exact: true }).waitFor()

const title = () => opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle())

async function choose(page: Page, address: string): Promise<void> {
  await field(page, 'Server address').fill(address)
  await field(page, 'Server address').press('Tab')
  await page.getByText('Reachable').waitFor()
}

async function signIn(page: Page, username: string): Promise<void> {
  await field(page, 'Username or e-mail').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
}

describe('somebody new', () => {
  it('finds the usual server filled in and names her own', async () => {
    const { page } = opened
    await expect.poll(() => field(page, 'Server address').inputValue()).toBe('http://localhost:9000')
    await choose(page, server.origin)
  })

  it('registers and makes a room', async () => {
    const { page } = opened
    await page.getByText('Register', { exact: true }).first().click()
    await field(page, 'Username').first().fill('ann')
    await field(page, 'E-mail').fill('ann@example.org')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Register and enter' }).click()
    await page.getByRole('button', { name: 'Make a room' }).first().click()
    await field(page, 'Room name').fill('花园 Garden')
    await page.getByRole('button', { name: 'Create' }).click()
    await field(page, 'Message 花园 Garden').waitFor()
    expect(new URL(page.url()).pathname).toMatch(/^\/rooms\/\d+$/)
  })

  it('writes with somebody who came by the code, both ways', async () => {
    const { page } = opened
    ben = await Person.register(server.origin, 'ben')
    const { results } = await ben.call<{ results: Room[] }>('GET', '/api/rooms/?scope=public')
    room = results[0]!
    await ben.call('POST', '/api/rooms/join', { code: room.code })
    await ben.listen()

    await ben.say(room.id, 'Hello from Ben 🌱')
    await shown(page, 'Hello from Ben 🌱')
    await field(page, 'Message 花园 Garden').fill('Hello from the desktop')
    await field(page, 'Message 花园 Garden').press('Enter')
    await ben.hears('Hello from the desktop')
    await shown(page, 'Hello from the desktop')
  })

  it('has met no violation of the policy and no other error on the way', () => {
    expect(opened.complaints).toEqual([])
  })
})

describe('after a restart', () => {
  it('she is still signed in, and the title counts what mentions her', async () => {
    await opened.close()
    await ben.say(room.id, 'While you were away')
    opened = await desktop.open()
    await opened.page.getByText('花园 Garden').first().waitFor()
    const { results } = await ben.call<{ results: { id: number }[] }>('GET', '/api/users/search?q=ann')
    await ben.say(room.id, '@ann are you there?', [results[0]!.id])
    await expect.poll(title).toMatch(/^\(1\) /)
  })

  it('nothing is missing, and it goes on', async () => {
    const { page } = opened
    await page.getByText('花园 Garden').first().click()
    await shown(page, 'Hello from the desktop')
    await shown(page, 'While you were away')
    await ben.say(room.id, 'And live again')
    await shown(page, 'And live again')
    await expect.poll(title).toBe('花园 Garden')
  })

  it('the token on disk is sealed, and no storage of the page holds it', async () => {
    const kept = readFileSync(join(desktop.home, '.config/Chat/sessions.json'), 'utf8')
    expect(kept).toContain(`@${server.origin}`)
    expect(kept).not.toContain('eyJ')
    const stored = await opened.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
    expect(stored).not.toContain('eyJ')
  })

  it('a clicked notification brings the window forward, at its room', async () => {
    const { app, page } = opened
    const path = `/rooms/${room.id}`
    await page.goto('app://chat/')
    await page.getByText('花园 Garden').first().waitFor()
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
    const notify = (body: string, path: string) =>
      page.evaluate(notification => window.desktop?.notify(notification), { title: 'Ben', body, tag: 'room', path })
    await notify('在吗', '/')
    await notify('在吗？', path)
    await expect.poll(() => desktop.run('dunstctl', 'count', 'displayed').trim()).toBe('1')
    desktop.run('dunstctl', 'action', '0')
    await expect.poll(() => new URL(page.url()).pathname).toBe(path)
    await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(true)
  })

  it('the window is where it was left, and the menu speaks the language that was chosen', async () => {
    const { app, page } = opened
    await page.evaluate(() => window.desktop?.setLocale('zh-CN'))
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 50, width: 900, height: 700 }))
    await opened.close()
    opened = await desktop.open()
    const found = await opened.app.evaluate(({ BrowserWindow, Menu }) => ({
      bounds: BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
      menu: Menu.getApplicationMenu()?.items[0]?.label,
    }))
    expect(found).toEqual({ bounds: { x: 40, y: 50, width: 900, height: 700 }, menu: '文件' })
  })
})

describe('without a keyring', () => {
  it('the sign-in ends with the program, and nothing is written', async () => {
    const bare = createDesktop(stage, { keyring: false })
    let program = await bare.open()
    await choose(program.page, server.origin)
    await signIn(program.page, 'ann')
    await program.page.getByText('花园 Garden').first().waitFor()
    await program.close()
    expect(existsSync(join(bare.home, '.config/Chat/sessions.json'))).toBe(false)

    program = await bare.open()
    await expect.poll(() => field(program.page, 'Server address').inputValue()).toBe(server.origin)
    await field(program.page, 'Username or e-mail').waitFor()
    await program.close()
  })
})

describe('from another machine', () => {
  it('a server in the network is reached by plain http', async ({ skip }) => {
    const address = server.networkOrigin ?? skip('This machine has no address in a network.')
    const remote = createDesktop(stage)
    const { page, close } = await remote.open()
    await choose(page, address)
    await signIn(page, 'ann')
    await page.getByText('花园 Garden').first().click()
    await shown(page, 'Hello from Ben 🌱')
    await ben.say(room.id, 'Over the network')
    await shown(page, 'Over the network')
    await close()
  })
})
