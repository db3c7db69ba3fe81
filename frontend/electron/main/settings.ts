import type { Locale } from './texts'
import type { WindowState } from './window-state'
import { isServer } from './arguments'
import { readJson, writeJson } from './json-file'
import { isLocale } from './texts'
import { isWindowState } from './window-state'

const DEFAULT_SERVER = 'http://localhost:9000'

export interface Settings {
  server: string
  /** null until one was chosen: the system's. */
  locale: Locale | null
  window: WindowState | null
}

export interface SettingsFile {
  read: () => Readonly<Settings>
  change: (changed: Partial<Settings>) => void
}

/** What this device remembers, in a file that people may edit: what makes no sense there counts as absent. */
export function openSettings(file: string): SettingsFile {
  const { server, locale, window } = readJson(file)
  let settings: Settings = {
    server: isServer(server) ? server : DEFAULT_SERVER,
    locale: isLocale(locale) ? locale : null,
    window: isWindowState(window) ? window : null,
  }
  return {
    read: () => settings,
    change(changed) {
      settings = { ...settings, ...changed }
      writeJson(file, settings)
    },
  }
}
