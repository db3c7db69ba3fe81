// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { isExternal, isOwnPage, mayHave, mayRequest } from './guards'

describe('isOwnPage', () => {
  it('knows the client and nothing that only looks like it', () => {
    expect(isOwnPage('app://chat/rooms/7')).toBe(true)
    for (const foreign of ['app://chat.evil/', 'app://chat', 'https://app/chat/', 'file:///app://chat/', 'about:blank'])
      expect(isOwnPage(foreign), foreign).toBe(false)
  })
})

describe('isExternal', () => {
  it('hands web and mail addresses to the system', () => {
    for (const url of ['https://example.org/a?b#c', 'http://localhost', 'mailto:ann@example.org'])
      expect(isExternal(url), url).toBe(true)
  })

  it('refuses what could start a program or read a file', () => {
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'smb://host/x', 'ms-settings:', 'chat://rooms/7', 'not an address', ''])
      expect(isExternal(url), url).toBe(false)
  })
})

describe('mayHave', () => {
  it('lets the client copy text and reach its server, and nobody else', () => {
    expect(mayHave('clipboard-sanitized-write', 'app://chat/')).toBe(true)
    expect(mayHave('local-network-access', 'app://chat')).toBe(true)
    expect(mayHave('clipboard-sanitized-write', 'http://localhost:9000')).toBe(false)
  })

  it('refuses every other permission', () => {
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'hid'])
      expect(mayHave(permission, 'app://chat'), permission).toBe(false)
  })
})

describe('mayRequest', () => {
  const server = 'https://chat.example.org'

  it('reaches the server by both protocols and what lives inside the program', () => {
    for (const url of [`${server}/api/health`, 'wss://chat.example.org/ws/', 'app://chat/index.html', 'blob:app://chat/1', 'data:image/png;base64,'])
      expect(mayRequest(url, server), url).toBe(true)
  })

  it('reaches nobody else', () => {
    const strangers = [
      'http://chat.example.org/',
      'ws://chat.example.org/ws/',
      'https://chat.example.org:8443/',
      'https://chat.example.org.evil.test/',
      'https://chat.example.org@evil.test/',
      'file:///etc/passwd',
      'https://example.org/',
      'nonsense',
    ]
    for (const url of strangers)
      expect(mayRequest(url, server), url).toBe(false)
  })
})
