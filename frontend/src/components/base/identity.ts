const TINTS = 6

/** The same person has the same tint on every screen. */
export const tintOf = (id: number) => Math.abs(id * 7) % TINTS + 1

/** The first letter of a name: 林, M, 👍. Code points, so that an emoji is not cut in half. */
export function initialOf(name: string): string {
  const [first = '?'] = [...name.trim()]
  return first.toLocaleUpperCase()
}
