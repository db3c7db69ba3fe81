// @vitest-environment node
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSettings } from './settings'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'))
  file = join(folder, 'settings.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('starts with the usual server, the system\'s language and no place for the window', () => {
  expect(openSettings(file).read()).toEqual({ server: 'http://localhost:9000', locale: null, window: null })
})

it('remembers what was chosen, and what was chosen before', () => {
  const window = { x: 1, y: 2, width: 800, height: 600, maximized: false }
  openSettings(file).change({ server: 'https://chat.example.org' })
  openSettings(file).change({ locale: 'zh-CN', window })
  expect(openSettings(file).read()).toEqual({ server: 'https://chat.example.org', locale: 'zh-CN', window })
})

it.each(['{', '[]', 'null', '{"server": "file:///etc", "locale": "xx", "window": {"x": "1"}}'])('starts anew from %s', (spoilt) => {
  writeFileSync(file, spoilt)
  expect(openSettings(file).read()).toEqual({ server: 'http://localhost:9000', locale: null, window: null })
})
