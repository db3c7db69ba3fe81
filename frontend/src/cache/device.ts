const KINDS = ['chat.cache', 'chat.outbox'] as const
type Kind = (typeof KINDS)[number]

export const databaseName = (kind: Kind, server: string, userId: number) => `${kind}.${server}.${userId}`

/**
 * Deletes what this device still keeps of accounts of `server` other than `userId`: a page that was closed while it
 * signed out has left it behind.
 */
export async function forgetOthers(server: string, userId: number | null): Promise<void> {
  const kept = await names()
  const ofServer = kept.filter(name => KINDS.some(kind => isOf(`${kind}.${server}.`, name)))
  const own = userId === null ? [] : KINDS.map(kind => databaseName(kind, server, userId))
  await Promise.all(ofServer.filter(name => !own.includes(name)).map(remove))
}

/** chat.example.org is another server than chat.example. */
function isOf(prefix: string, name: string): boolean {
  return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))
}

async function names(): Promise<string[]> {
  try {
    return (await indexedDB.databases()).flatMap(({ name }) => name ?? [])
  }
  catch {
    return []
  }
}

/** Whether it can be deleted now or when another tab lets go of it: nobody waits for that. */
function remove(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = request.onerror = request.onblocked = () => resolve()
  })
}
