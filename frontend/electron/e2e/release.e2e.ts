import type { ChildProcess } from 'node:child_process'
import type { Desktop } from './desktop'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createDesktop } from './desktop'

/** Nothing can look into the main process of a release: this test speaks with its page alone. */
const stage = inject('stage')
let desktop: Desktop
let program: ChildProcess
let said = ''

beforeAll(() => {
  desktop = createDesktop(stage)
  program = spawn(stage.runner, ['--inspect=0', '--remote-debugging-port=0'], {
    env: { ...desktop.environment(), PROGRAM: stage.release },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: the session around it ends with it.
    detached: true,
  })
  program.stderr?.on('data', text => said += text)
})
afterAll(async () => {
  process.kill(-program.pid!)
  await once(program, 'exit')
})

interface Target { type: string, url: string, webSocketDebuggerUrl: string }

async function page(): Promise<Target | undefined> {
  const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
  if (port === undefined)
    return undefined
  const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json() as Target[]
  return targets.find(({ type, url }) => type === 'page' && url.startsWith('app://chat/'))
}

async function evaluate(expression: string): Promise<unknown> {
  const socket = new WebSocket((await page())!.webSocketDebuggerUrl)
  await once(socket, 'open')
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }))
  const [{ data }] = await once(socket, 'message') as [MessageEvent<string>]
  socket.close()
  return JSON.parse(data).result.result.value
}

it('shows the client', async () => {
  await expect.poll(page).toBeDefined()
  await expect.poll(() => evaluate(`document.querySelector('form') !== null`)).toBe(true)
  expect(await evaluate('window.desktop.server.get()')).toBe('http://localhost:9000')
})

it('opens no inspector, whoever asks', async () => {
  await pause(500)
  expect(said).not.toContain('Debugger listening')
})

it('does not serve as a Node for others', () => {
  const environment = { ...desktop.environment(), ELECTRON_RUN_AS_NODE: '1' }
  const { stdout } = spawnSync(stage.release, ['-e', 'console.log(6 * 7)'], { env: environment, encoding: 'utf8', timeout: 5_000 })
  expect(stdout).not.toContain('42')
})
