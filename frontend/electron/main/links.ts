/** A screen of the client that may be opened from outside. */
const SCREEN = /^\/(?:rooms\/\d{1,16}|invite\/[\w-]{1,128})?$/

export const isScreen = (path: string): boolean => SCREEN.test(path)

/** chat://rooms/7 -> /rooms/7; null for what is no link of ours. */
export function screenOf(link: string): string | null {
  const path = /^chat:\/\/([^?#]*)/.exec(link)?.[1]
  const screen = path === undefined ? null : `/${path.replace(/\/$/, '')}`
  return screen !== null && isScreen(screen) ? screen : null
}

/** The link that the program was started with, if any. */
export function screenIn(argv: readonly string[]): string | null {
  return argv.map(screenOf).find(screen => screen !== null) ?? null
}
