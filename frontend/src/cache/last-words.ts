/**
 * What a page wrote that may end before the database has it: the one storage that answers at once. Each tab has its own,
 * and takes from it when it begins again.
 */
export function createLastWords<Words>(name: string, keyOf: (words: Words) => number | string, storage: () => Storage = () => sessionStorage) {
  const place = (key: number | string) => `${name}.${key}`

  return {
    keep: (words: Words) => void attempt(() => storage().setItem(place(keyOf(words)), JSON.stringify(words))),
    forget: (key: number | string) => void attempt(() => storage().removeItem(place(key))),
    all: (): Words[] => attempt(() => Object.entries(storage())
      .filter(([key]) => key.startsWith(`${name}.`))
      .map(([, text]) => JSON.parse(text) as Words)) ?? [],
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
