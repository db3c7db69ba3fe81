import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A screen that nobody sees. */
export async function startScreen() {
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-ac'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [number] = await Promise.race([once(server.stdout, 'data'), failure(server)])
  return {
    display: `:${String(number).trim()}`,
    async stop() {
      server.kill()
      await once(server, 'exit')
    },
  }
}

async function failure(server: ChildProcess): Promise<never> {
  const [code] = await once(server, 'exit')
  throw new Error(`Xvfb ended with ${code}.`)
}
