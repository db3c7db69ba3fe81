import type { ElectronApplication, Page } from 'playwright-core'
import type { Stage } from './stage'
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { _electron } from 'playwright-core'

const NOBODY = 65534
/** The client asks at the usual address, where no server need be. */
const NOBODY_THERE = 'net::ERR_CONNECTION_REFUSED'

/** A person's home folder with what the desktop around the program would bring, and the program in it. */
export interface Desktop {
  home: string
  open: (more?: { args?: string[] }) => Promise<Opened>
  environment: () => Record<string, string>
  /** What was handed to the system's browser or mail program. */
  openedOutside: () => string[]
  /** Runs a command as the person, in the session of the running program. */
  run: (command: string, ...args: string[]) => string
}

export interface Opened {
  app: ElectronApplication
  page: Page
  /** What the page complained of on its console. */
  complaints: string[]
  close: () => Promise<void>
}

export function createDesktop(stage: Stage, { keyring = true } = {}): Desktop {
  const home = mkdtempSync(join(stage.folder, 'home-'))
  const outside = join(home, 'outside')
  mkdirSync(join(home, 'bin'))
  // The system's browser and mail program, as far as the program can tell.
  for (const opener of ['xdg-open', 'xdg-email'])
    writeFileSync(join(home, 'bin', opener), `#!/bin/sh\necho "$1" >>'${outside}'\n`, { mode: 0o755 })
  if (process.getuid?.() === 0)
    chownSync(home, NOBODY, NOBODY)

  const environment = () => ({
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    DISPLAY: stage.display,
    LANGUAGE: 'en',
    LANG: 'C.UTF-8',
    PROGRAM: stage.program,
    // By its name Chromium tells where to look for a keyring.
    ...keyring ? { XDG_CURRENT_DESKTOP: 'GNOME' } : { KEYRING: 'none' },
  })

  return {
    home,
    environment,

    async open({ args = [] } = {}) {
      const app = await _electron.launch({
        executablePath: stage.runner,
        chromiumSandbox: true,
        args: ['--lang=en-US', ...args],
        env: environment(),
      })
      const complaints: string[] = []
      app.context().on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes(NOBODY_THERE))
          complaints.push(message.text())
      })
      const page = await app.firstWindow()
      await page.waitForLoadState('domcontentloaded')
      return { app, page, complaints, close: () => app.close() }
    },

    openedOutside: () => existsSync(outside) ? readFileSync(outside, 'utf8').trim().split('\n') : [],

    run(command, ...args) {
      const bus = readFileSync(join(home, 'bus'), 'utf8')
      const drop = process.getuid?.() === 0 ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] : []
      const [program, ...rest] = [...drop, command, ...args]
      return execFileSync(program ?? command, rest, {
        env: { ...environment(), DBUS_SESSION_BUS_ADDRESS: bus },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    },
  }
}
