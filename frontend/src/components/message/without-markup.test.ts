import { expect, it } from 'vitest'
import { withoutMarkup } from './without-markup'

it.each([
  ['**结论：**先做 `a*b`', '结论：先做 a*b'],
  ['```js\nconst a = 1\n```', 'const a = 1\n'],
  ['> quoted\nsee [the plan](https://a.example/p)', 'quoted\nsee the plan'],
  ['plan:\n\n- one\n- two - three', 'plan:\n• one\n• two - three'],
  ['*重点*：2 * 3 * 4', '重点：2 * 3 * 4'],
  ['2**8 is less than 3**6', '2**8 is less than 3**6'],
  ['2 ** 3 and ~~ and [x](javascript:y)', '2 ** 3 and ~~ and [x](javascript:y)'],
])('%j reads %j without markup', (content, plain) => expect(withoutMarkup(content)).toBe(plain))
