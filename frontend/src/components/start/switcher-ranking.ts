/** Where `words` are found in a name, or not at all. The switcher's comes with pinyin; tests bring their own. */
export type Matcher = (name: string, words: string) => readonly [number, number] | false

export interface Place {
  key: string
  /** What it may be called: the first is what is shown. */
  names: readonly string[]
  /** Higher is more likely wanted when names say nothing. */
  weight: number
}

export const plainly: Matcher = (name, words) => {
  const at = name.toLocaleLowerCase().indexOf(words.toLocaleLowerCase())
  return at < 0 ? false : [at, at + words.length - 1]
}

/** The best first: a name that begins so, then a word of it, then anywhere; among equals what is likelier. */
export function ranked<Row extends Place>(places: readonly Row[], words: string, matches: Matcher): Row[] {
  if (!words)
    return places.toSorted((a, b) => b.weight - a.weight)
  return places
    .map(place => ({ place, rank: Math.min(...place.names.map(name => rankOf(name, words, matches))) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank || b.place.weight - a.place.weight)
    .map(({ place }) => place)
}

function rankOf(name: string, words: string, matches: Matcher): number {
  const found = plainly(name, words) || matches(name, words)
  if (!found)
    return Infinity
  if (found[0] === 0)
    return 0
  return /[\s\p{P}]/u.test(name.charAt(found[0] - 1)) ? 1 : 2
}
