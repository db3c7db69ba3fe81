/** Null for what is no address. `URL.parse` is too new for the oldest engines. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  }
  catch {
    return null
  }
}
