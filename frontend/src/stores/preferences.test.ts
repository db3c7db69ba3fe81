import { expect, it } from 'vitest'
import { aMe } from '@/testing/samples'
import { patched } from './preferences'

const { preferences } = aMe(1)

it('changes only what is given', () => {
  expect(patched(preferences, { theme: 'dark' })).toEqual({ ...preferences, theme: 'dark' })
})

it('merges what clients keep key by key, where null takes a key away', () => {
  const kept = patched(preferences, { client: { a: 1, b: { c: 2 } } })
  expect(patched(kept, { client: { a: null, d: 3 } }).client).toEqual({ b: { c: 2 }, d: 3 })
})
