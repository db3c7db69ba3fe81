// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveClient } from './client-files'

const folder = mkdtempSync(join(tmpdir(), 'client-files-'))
const root = join(folder, 'dist')
const get = (url: string, method = 'GET') => serveClient({ url, method }, root)

beforeAll(() => {
  mkdirSync(join(root, 'assets'), { recursive: true })
  mkdirSync(join(folder, 'dist-secret'))
  writeFileSync(join(root, 'index.html'), '<!doctype html>')
  writeFileSync(join(root, 'assets', 'main.js'), 'export {}')
  writeFileSync(join(folder, 'secret.json'), '{}')
  writeFileSync(join(folder, 'dist-secret', 'secret.json'), '{}')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('serveClient', () => {
  it('answers every screen with the page and its policy', async () => {
    for (const url of ['app://chat/', 'app://chat/rooms/7', 'app://chat/invite/a.b-c_d']) {
      const answer = await get(url)
      expect(await answer.text(), url).toBe('<!doctype html>')
      expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('Content-Security-Policy')).toContain(`default-src 'none'; script-src 'self';`)
    }
  })

  it('answers a file with its type', async () => {
    const answer = await get('app://chat/assets/main.js')
    expect(await answer.text()).toBe('export {}')
    expect(answer.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
  })

  it('does not answer the page for a file that is gone', async () => {
    expect((await get('app://chat/assets/old.js')).status).toBe(404)
    expect((await get('app://chat/logo.png')).status).toBe(404)
  })

  it.each([
    '..%2fsecret.json',
    'assets%2f..%2f..%2fsecret.json',
    '..%2fdist-secret%2fsecret.json',
    '%2e%2e%2fsecret.json',
    '%00',
    '%ff',
  ])('refuses the way out by %s', async (path) => {
    expect((await get(`app://chat/${path}`)).status).toBe(403)
  })

  it('answers no other host and no other method', async () => {
    expect((await get('app://evil/')).status).toBe(404)
    expect((await get('app://chat/', 'POST')).status).toBe(405)
  })
})
