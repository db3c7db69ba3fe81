const idle = () => new Promise<void>((resolve) => {
  // Safari has none.
  if ('requestIdleCallback' in globalThis)
    requestIdleCallback(() => resolve(), { timeout: 2000 })
  else
    setTimeout(resolve, 200)
})

/** Loads one part after the other, whenever nothing else is to be done. -> what is left, because it could not go on. */
export async function loadAhead(parts: readonly (() => Promise<unknown>)[], mayGoOn: () => boolean): Promise<(() => Promise<unknown>)[]> {
  for (const [at, load] of parts.entries()) {
    await idle()
    if (!mayGoOn())
      return parts.slice(at)
    try {
      await load()
    }
    catch {
      return parts.slice(at)
    }
  }
  return []
}
