import type { KeptDraft } from '@/cache/cache-storage'

/**
 * What a page wrote that may end before the database has it: the one storage that answers at once. Each tab has its own,
 * and takes from it when it begins again.
 */
export function createLastWords(name: string, storage: () => Storage = () => sessionStorage) {
  const key = (roomId: number) => `${name}.${roomId}`

  return {
    keep: (draft: KeptDraft) => void attempt(() => storage().setItem(key(draft.room_id), JSON.stringify(draft))),
    forget: (roomId: number) => void attempt(() => storage().removeItem(key(roomId))),
    all: (): KeptDraft[] => attempt(() => Object.entries(storage())
      .filter(([key]) => key.startsWith(`${name}.`))
      .map(([, text]) => JSON.parse(text) as KeptDraft)) ?? [],
  }
}

/** Storage may be forbidden or full: then the database has to do. */
function attempt<Value>(access: () => Value): Value | null {
  try {
    return access()
  }
  catch {
    return null
  }
}
