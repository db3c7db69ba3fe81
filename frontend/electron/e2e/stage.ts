import type { TestProject } from 'vitest/node'
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireSystem } from './machine'
import { packageProgram } from './packaged'
import { startScreen } from './screen'

/** What a test run stands on. */
export interface Stage {
  /** Readable for everybody: the program does not run as root. */
  folder: string
  /** The packaged program, and the same with the fuses of a release. */
  program: string
  release: string
  /** Runs either as a person would. */
  runner: string
  display: string
}

declare module 'vitest' {
  export interface ProvidedContext { stage: Stage }
}

export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  requireSystem()
  // electron-builder ends the process itself, with 0 whatever has failed.
  process.on('exit', () => {
    if (project.vitest.state.getFiles().some(({ result }) => result?.state !== 'pass'))
      process.exitCode = 1
  })
  const folder = mkdtempSync(join(tmpdir(), 'chat-desktop-'))
  chmodSync(folder, 0o755)
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  const runner = join(folder, 'as-person')
  cpSync(join(import.meta.dirname, 'as-person'), runner)
  const packaged = await packageProgram(folder).catch((failure) => {
    remove()
    throw failure
  })
  const screen = await startScreen()
  project.provide('stage', { folder, ...packaged, runner, display: screen.display })
  return async () => {
    await screen.stop()
    remove()
  }
}
