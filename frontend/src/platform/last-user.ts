import type { Platform } from './platform'

/** Storage may be forbidden; then this device remembers nobody and asks for the password again. */
export function createLastUser(storage: () => Storage = () => localStorage): Platform['lastUser'] {
  const key = (server: string) => `chat.user.${server}`
  return {
    load: server => attempt(() => Number(storage().getItem(key(server))) || null),
    save: (server, userId) => attempt(() => storage().setItem(key(server), String(userId))),
    clear: server => attempt(() => storage().removeItem(key(server))),
  }
}

function attempt<Value>(access: () => Value): Value | null {
  try {
    return access()
  }
  catch {
    return null
  }
}
