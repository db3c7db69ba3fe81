import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { CLIENT_ORIGIN } from './guards'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
}

/**
 * A policy stands as long as its page, and the address of the server is chosen on a page:
 * here are the kinds of addresses, `mayRequest` holds every request to the one server.
 */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `font-src 'self'`,
  `img-src 'self' blob: data: http: https:`,
  `media-src 'self' blob: http: https:`,
  `connect-src 'self' http: https: ws: wss:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
  `require-trusted-types-for 'script'`,
  `trusted-types vue`,
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** -> the answer to a request for a part of the client: a file of `root`, or its page for every screen's address. */
export async function serveClient(request: { url: string, method: string }, root: string): Promise<Response> {
  const { host, pathname } = new URL(request.url)
  if (`app://${host}` !== CLIENT_ORIGIN)
    return refusal(404)
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refusal(405)
  const file = fileAt(pathname, root)
  if (file === null)
    return refusal(403)
  return answer(file)
}

/** -> null for what lies outside. */
export function fileAt(pathname: string, root: string): string | null {
  const path = decoded(pathname)
  if (path === null || path.includes('\0'))
    return null
  const file = join(root, path)
  if (!`${file}${sep}`.startsWith(`${root}${sep}`))
    return null
  return isFile(path) ? file : join(root, 'index.html')
}

const isFile = (path: string) => path.startsWith('/assets/') || extname(path) in TYPES

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  }
  catch {
    return null
  }
}

async function answer(file: string): Promise<Response> {
  try {
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(await readFile(file)), { headers: { ...HEADERS, 'Content-Type': type } })
  }
  catch {
    return refusal(404)
  }
}

const refusal = (status: number) => new Response(null, { status, headers: HEADERS })
