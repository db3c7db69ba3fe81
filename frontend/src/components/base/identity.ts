const TINTS = 6

/** The same person has the same tint on every screen. */
export const tintOf = (id: number) => Math.abs(id * 7) % TINTS + 1

/** 阿杰, 老陈, 小王: the name follows what one is called by. */
const FAMILIAR = /^[阿老小](?=\p{Script=Han}$)/u

/** The first letter of a name: 林, M, 👍. Code points, so that an emoji is not cut in half. */
export function initialOf(name: string): string {
  const [first = '?'] = [...name.trim().replace(FAMILIAR, '')]
  return first.toLocaleUpperCase()
}
