import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '../../..')
const START_SECONDS = 60

export interface ChatServer {
  /** `http://localhost:<port>` */
  origin: string
  /** The same server at an address of this machine in its network; null on a machine without one. */
  networkOrigin: string | null
  stop: () => Promise<void>
}

/** The server as `make run` starts it, with its own data in `folder`. */
export async function startChatServer(folder: string): Promise<ChatServer> {
  const port = await freePort()
  const log = join(folder, 'server.log')
  mkdirSync(folder, { recursive: true })
  const written = openSync(log, 'a')
  const server = spawn(python(), ['manage.py', 'serve'], {
    cwd: ROOT,
    stdio: ['ignore', written, written],
    env: {
      ...process.env,
      HOST: '0.0.0.0',
      PORT: String(port),
      VAR_DIR: folder,
      ENV_FILE: join(folder, '.env'),
      DATABASE_URL: '',
      REDIS_URL: '',
      RATE_LIMITS: 'off',
    },
  })
  const origin = `http://localhost:${port}`
  await answers(origin, server, log)
  const own = address()
  return {
    origin,
    networkOrigin: own === null ? null : `http://${own}:${port}`,
    async stop() {
      server.kill()
      await once(server, 'exit')
    },
  }
}

function python(): string {
  const own = join(ROOT, '.venv', 'bin', 'python')
  return existsSync(own) ? own : 'python3'
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}

async function answers(origin: string, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < START_SECONDS * 5 && server.exitCode === null; tries++) {
    if (await fetch(`${origin}/api/health`).then(answer => answer.ok, () => false))
      return
    await pause(200)
  }
  server.kill()
  throw new Error(`The server does not answer:\n${readFileSync(log, 'utf8').slice(-4000)}`)
}

function address(): string | null {
  const found = Object.values(networkInterfaces()).flat()
  return found.find(face => face !== undefined && !face.internal && face.family === 'IPv4')?.address ?? null
}
