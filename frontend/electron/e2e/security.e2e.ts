import type { Desktop, Opened } from './desktop'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDesktop } from './desktop'

let desktop: Desktop
let opened: Opened

beforeAll(async () => {
  desktop = createDesktop(inject('stage'))
  opened = await desktop.open()
})
afterAll(() => opened?.close())

describe('the page', () => {
  it('is the client, on its own origin', async () => {
    expect(await opened.page.evaluate(() => location.origin)).toBe('app://chat')
    expect(opened.complaints).toEqual([])
  })

  it('runs in a sandbox as an ordinary user', async () => {
    const renderer = await opened.app.evaluate(({ BrowserWindow }) => {
      return BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId()
    })
    const status = readFileSync(`/proc/${renderer}/status`, 'utf8')
    expect(status).toMatch(/^Seccomp:\s+2$/m)
    expect(status).not.toMatch(/^Uid:\s+0/m)
  })

  it('has nothing of Node and of Electron but the named calls', async () => {
    const { page } = opened
    const found = await page.evaluate(() => ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(name => name in globalThis))
    expect(found).toEqual([])
    expect(await page.evaluate(() => Object.keys(window.desktop ?? {}).sort())).toEqual([
      'closeNotification', 'notify', 'onOpen', 'onWake', 'openExternal', 'platform', 'server', 'session', 'setBadge', 'setLocale', 'version',
    ])
  })

  it('cannot leave', async () => {
    const { page } = opened
    for (const away of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', 'app://evil/']) {
      await page.evaluate(url => void (location.href = url), away)
      await page.waitForTimeout(200)
      expect(await page.evaluate(() => location.origin), away).toBe('app://chat')
    }
  })

  it('opens no window; the system\'s browser gets web and mail addresses, and nothing else', async () => {
    const { app, page } = opened
    await page.evaluate(() => {
      for (const url of ['https://example.org/in-browser', 'file:///etc/passwd', 'smb://example.org/', 'about:blank'])
        window.open(url)
    })
    await page.evaluate(() => window.desktop?.openExternal('mailto:ann@example.org'))
    await expect(page.evaluate(() => window.desktop?.openExternal('file:///etc/passwd'))).rejects.toThrow('ArgumentError')
    await expect.poll(desktop.openedOutside).toEqual(['https://example.org/in-browser', 'mailto:ann@example.org'])
    expect(app.windows()).toHaveLength(1)
  })

  it('gets no file outside of the client', async () => {
    const statusOf = (url: string) => opened.page.evaluate(async url => (await fetch(url)).status, url)
    expect(await statusOf('app://chat/..%2fpackage.json')).toBe(403)
    expect(await statusOf('app://chat/assets/..%2f..%2fout/main.cjs')).toBe(403)
    expect(await statusOf('app://chat/assets/none.js')).toBe(404)
    await expect(statusOf('file:///etc/passwd')).rejects.toThrow()
  })

  it('runs no script but its own files', async () => {
    const ran = await opened.page.evaluate(async () => {
      const violated = new Promise(resolve => document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective), { once: true }))
      const script = document.createElement('script')
      try {
        script.text = 'window.injected = true'
        document.body.append(script)
      }
      catch { /* Trusted types refuse even earlier. */ }
      return [await violated, 'injected' in window]
    })
    expect(ran).toEqual(['require-trusted-types-for', false])
    expect(opened.complaints.join()).toContain('TrustedScript')
  })

  it('gets no permission for camera, place and clipboard', async () => {
    const states = await opened.page.evaluate(() => Promise.all(
      ['camera', 'microphone', 'geolocation', 'notifications', 'clipboard-read'].map(async name =>
        (await navigator.permissions.query({ name: name as PermissionName })).state),
    ))
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied', 'denied'])
  })

  it('cannot hand the shell arguments that make no sense', async () => {
    const { page } = opened
    const refusals = await page.evaluate(async () => {
      interface Unchecked { [name: string]: Unchecked & ((...given: unknown[]) => Promise<unknown>) }
      const { server, session, ...shell } = window.desktop as unknown as Required<Unchecked>
      const calls = [
        server!.set!('file:///etc'),
        server!.set!(),
        session!.save!('http://localhost:9000', '../../x', 'token'),
        shell.notify!({ title: 'a', body: 'b', tag: 'c', path: 'https://evil.test' }),
        shell.setBadge!({ mentions: 1, unread: true, more: 1 }),
        shell.setLocale!('xx'),
      ]
      return (await Promise.allSettled(calls)).map(({ status }) => status)
    })
    expect(new Set(refusals)).toEqual(new Set(['rejected']))
    expect(await page.evaluate(() => window.desktop?.server.get())).toBe('http://localhost:9000')
  })
})

describe('the network', () => {
  it('is the chosen server and nobody else, from the moment it is chosen', async () => {
    const asked: string[] = []
    const stranger = createServer((request, answer) => {
      asked.push(request.url ?? '')
      answer.setHeader('Access-Control-Allow-Origin', '*').end('here')
    }).listen(0)
    const origin = `http://localhost:${(stranger.address() as { port: number }).port}`
    const read = () => opened.page.evaluate(url => fetch(url).then(answer => answer.text(), () => 'refused'), origin)
    const { page } = opened

    expect(await read()).toBe('refused')
    const socketCloses = page.evaluate(url => new Promise((resolve) => {
      new WebSocket(url.replace('http', 'ws')).onclose = ({ code }) => resolve(code)
    }), origin)
    expect(await socketCloses).toBe(1006)
    await page.evaluate(url => new Promise((resolve) => {
      const image = new Image()
      image.onerror = resolve
      image.src = `${url}/pixel.png`
    }), origin)
    expect(asked).toEqual([])

    await page.evaluate(url => window.desktop?.server.set(url), origin)
    expect(await read()).toBe('here')

    // Talking to it does not make it the client.
    await page.evaluate(url => void (location.href = url), origin)
    await page.waitForTimeout(500)
    expect(await page.evaluate(() => location.origin)).toBe('app://chat')
    stranger.close()
  })
})

describe('a second start', () => {
  it('shows the first one, at the place of its link', async () => {
    const { app, page } = opened
    const shown = page.evaluate(() => new Promise(resolve => window.desktop?.onOpen(resolve)))
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
    desktop.run(inject('stage').program, 'chat://rooms/7')
    expect(await shown).toBe('/rooms/7')
    await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(window => window.isMinimized()))).toEqual([false])
  })
})
