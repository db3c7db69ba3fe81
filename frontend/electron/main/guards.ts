/** Where the client lives inside the program: an origin of its own, which the server knows. */
export const CLIENT_ORIGIN = 'app://chat'

const EXTERNAL = new Set(['http:', 'https:', 'mailto:'])
const INSIDE = new Set(['app:', 'blob:', 'data:', 'devtools:'])
const PERMISSIONS = new Set([
  'clipboard-sanitized-write',
  // Newer Chromium asks before a page talks to a server in the same network; mayRequest says to which one it may.
  'local-network',
  'local-network-access',
  'loopback-network',
])

/** -> null for what is no address. URL.canParse() is younger than the oldest Electron that this runs on. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  }
  catch {
    return null
  }
}

export const isOwnPage = (url: string): boolean => url.startsWith(`${CLIENT_ORIGIN}/`)

/** May be handed to the system's browser or mail program; anything else could start a program. */
export const isExternal = (url: string): boolean => EXTERNAL.has(parseUrl(url)?.protocol ?? '')

/** The page's own origin counts, not whoever embeds it. */
export function mayHave(permission: string, origin: string): boolean {
  return PERMISSIONS.has(permission) && isOwnPage(`${origin.replace(/\/$/, '')}/`)
}

/** The program talks to the chosen server and to nobody else: `server` is its origin. */
export function mayRequest(url: string, server: string): boolean {
  const wanted = parseUrl(url)
  if (wanted === null)
    return false
  const socket = server.replace(/^http/, 'ws')
  return INSIDE.has(wanted.protocol) || [server, socket].includes(`${wanted.protocol}//${wanted.host}`)
}
