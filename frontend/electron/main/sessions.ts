import type { SafeStorage } from 'electron'
import { Buffer } from 'node:buffer'
import { readJson, writeJson } from './json-file'

export interface Sessions {
  load: (server: string, userId: number) => string | null
  /** -> whether the token outlives the program. */
  save: (server: string, userId: number, token: string) => boolean
  clear: (server: string, userId: number) => void
}

export type Keyring = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'>
  & Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>

/** Refresh tokens, in `file` under the system's keyring, or in memory where there is none: never readable on disk. */
export function openSessions(file: string, keyring: Keyring): Sessions {
  const inMemory = new Map<string, string>()
  const keyOf = (server: string, userId: number) => `${userId}@${server}`

  function write(key: string, sealed: string | undefined): void {
    const kept = readJson(file)
    if (sealed === undefined && !(key in kept))
      return
    writeJson(file, { ...kept, [key]: sealed })
  }

  return {
    load(server, userId) {
      const key = keyOf(server, userId)
      return inMemory.get(key) ?? open(keyring, readJson(file)[key])
    },

    save(server, userId, token) {
      const key = keyOf(server, userId)
      const sealed = seal(keyring, token)
      write(key, sealed)
      if (sealed === undefined)
        inMemory.set(key, token)
      else
        inMemory.delete(key)
      return sealed !== undefined
    },

    clear(server, userId) {
      inMemory.delete(keyOf(server, userId))
      write(keyOf(server, userId), undefined)
    },
  }
}

/** `basic_text` is a password that everybody knows. */
function isSafe(keyring: Keyring): boolean {
  return keyring.isEncryptionAvailable() && keyring.getSelectedStorageBackend?.() !== 'basic_text'
}

function seal(keyring: Keyring, token: string): string | undefined {
  return isSafe(keyring) ? keyring.encryptString(token).toString('base64') : undefined
}

/** -> null when there is nothing, or when it was sealed under another keyring. */
function open(keyring: Keyring, sealed: unknown): string | null {
  if (typeof sealed !== 'string' || !isSafe(keyring))
    return null
  try {
    return keyring.decryptString(Buffer.from(sealed, 'base64'))
  }
  catch {
    return null
  }
}
