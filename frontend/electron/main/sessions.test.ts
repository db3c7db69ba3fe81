// @vitest-environment node
import type { Keyring } from './sessions'
import { Buffer } from 'node:buffer'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSessions } from './sessions'

const SERVER = 'https://chat.example.org'
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-'))
  file = join(folder, 'sessions.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A keyring is the system's: the real one is in the end-to-end test. This one turns bytes around. */
function keyring(more: Partial<Keyring> = {}): Keyring {
  const turned = (bytes: Uint8Array) => Buffer.from(bytes).reverse()
  return {
    isEncryptionAvailable: () => true,
    encryptString: text => turned(Buffer.from(text)),
    decryptString: sealed => turned(sealed).toString(),
    ...more,
  }
}

describe('with a keyring', () => {
  it('hands a token back to the next start, sealed and for this user alone', () => {
    expect(openSessions(file, keyring()).save(SERVER, 7, 'secret')).toBe(true)
    expect(openSessions(file, keyring()).load(SERVER, 7)).toBe('secret')
    expect(readFileSync(file, 'utf8')).not.toContain('secret')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('keeps accounts and servers apart', () => {
    const sessions = openSessions(file, keyring())
    sessions.save(SERVER, 7, 'seven')
    sessions.save('https://other.example.org', 7, 'other')
    sessions.clear(SERVER, 7)
    expect(sessions.load(SERVER, 7)).toBeNull()
    expect(sessions.load('https://other.example.org', 7)).toBe('other')
    expect(sessions.load(SERVER, 8)).toBeNull()
  })

  it('signs in anew when the file is spoilt or the keyring is another', () => {
    openSessions(file, keyring()).save(SERVER, 7, 'secret')
    const another = keyring({
      decryptString: () => {
        throw new Error('wrong key')
      },
    })
    expect(openSessions(file, another).load(SERVER, 7)).toBeNull()
    writeFileSync(file, '{"7@http')
    expect(openSessions(file, keyring()).load(SERVER, 7)).toBeNull()
  })
})

describe.each([
  ['none', { isEncryptionAvailable: () => false }],
  ['one with a password that everybody knows', { getSelectedStorageBackend: () => 'basic_text' as const }],
])('without a safe keyring: %s', (_name, weakness) => {
  it('remembers until the program ends and writes nothing', () => {
    const sessions = openSessions(file, keyring(weakness))
    expect(sessions.save(SERVER, 7, 'secret')).toBe(false)
    expect(sessions.load(SERVER, 7)).toBe('secret')
    expect(existsSync(file)).toBe(false)
    expect(openSessions(file, keyring(weakness)).load(SERVER, 7)).toBeNull()
  })

  it('does not leave an older token behind', () => {
    openSessions(file, keyring()).save(SERVER, 7, 'old')
    openSessions(file, keyring(weakness)).save(SERVER, 7, 'new')
    expect(openSessions(file, keyring()).load(SERVER, 7)).toBeNull()
  })
})
