/** -> null for what is no address. URL.canParse() is younger than the oldest browser that the build serves. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  }
  catch {
    return null
  }
}
