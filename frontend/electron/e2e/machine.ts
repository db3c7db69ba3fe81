import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** Debian's package for each program that the tests need; chromium and dunst bring libraries that Electron looks for. */
const PACKAGES = {
  'Xvfb': 'xvfb',
  'chromium': 'chromium',
  'dbus-run-session': 'dbus-daemon',
  'gnome-keyring-daemon': 'gnome-keyring',
  'dunst': 'dunst',
}

/** Says what is missing; under CI it installs it. */
export function requireSystem(): void {
  if (process.platform !== 'linux')
    throw new Error('The desktop tests run on Linux.')
  let missing = missingPackages()
  if (missing.length > 0 && process.env.CI === 'true') {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
    execFileSync('apt-get', ['install', '-qqy', '--no-install-recommends', ...missing], { stdio: 'inherit' })
    missing = missingPackages()
  }
  if (missing.length > 0)
    throw new Error(`The desktop tests need more of the system: apt-get install --no-install-recommends ${missing.join(' ')}`)
}

function missingPackages(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return Object.entries(PACKAGES)
    .filter(([program]) => !folders.some(folder => existsSync(join(folder, program))))
    .map(([, name]) => name)
}
