const TINTS = 6

/** The same person has the same tint on every screen. */
export const tintOf = (id: number) => Math.abs(id * 7) % TINTS + 1

/** 阿杰, 老陈, 小王: the name follows what one is called by. */
const FAMILIAR = /^[阿老小](?=\p{Script=Han}$)/u

/** 蔡浩然, 王伟: many share a family name, so it is the given one that tells them apart. */
const GIVEN = /^\p{Script=Han}{0,2}(\p{Script=Han}{2})$/u

/** The first letter of a name: 设, M, 👍; of a Chinese person's the last two. Code points, so that an emoji is not cut in half. */
export function initialOf(name: string, shape: 'person' | 'room' = 'room'): string {
  const called = name.trim()
  const given = shape === 'person' && !/^[阿老小]\p{Script=Han}$/u.test(called) && GIVEN.exec(called)?.[1]
  const [first = '?'] = [...called.replace(FAMILIAR, '')]
  return given || first.toLocaleUpperCase()
}
