import { parseUrl } from '@/components/base/parse-url'

export type Token
  = | { kind: 'text', text: string }
    | { kind: 'link', text: string, href: string }
    | { kind: 'mention', text: string, userId: number | 'all' }
    | { kind: 'code' | 'block', text: string }

export interface Mentionable { id: number | 'all', names: string[] }

/** Who wrote may have used the other language. */
export const EVERYONE = ['所有人', 'everyone', 'all']
export const WHOEVER_IS_HERE = ['在线的人', 'here']

const URL_PATTERN = /https?:\/\/[^\s<>"'`，。！？；：、（）《》【】「」]+/giu
const CODE_PATTERN = /^```[\w+#.-]*\n(?<block>[\s\S]*?)\n```(?:\n|$)|`(?<code>[^`\n]+)`/gmu
const TRAILING = /[.,!?;:)\]}]+$/u

/** Splits what was written into plain text, code, links and mentions. Nothing is ever inserted as HTML. */
export function messageTokens(content: string, mentioned: Mentionable[] = []): Token[] {
  return [findCode, findLinks, (text: string) => findMentions(text, mentioned)].reduce<Token[]>(
    (tokens, find) => tokens.flatMap(token => token.kind === 'text' ? splitBy(token.text, find) : [token]),
    [{ kind: 'text', text: content }],
  )
}

/** `length`: of what the token stands for, when that is longer than what it shows. */
export interface Found { at: number, length?: number, token: Exclude<Token, { kind: 'text' }> }

function splitBy(text: string, find: (text: string) => Found[]): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const { at, length, token } of find(text)) {
    if (at > end)
      tokens.push({ kind: 'text', text: text.slice(end, at) })
    tokens.push(token)
    end = at + (length ?? token.text.length)
  }
  if (end < text.length)
    tokens.push({ kind: 'text', text: text.slice(end) })
  return tokens
}

/** ```…``` on lines of its own, with or without the name of a language; `…` within a line. */
function findCode(text: string): Found[] {
  return [...text.matchAll(CODE_PATTERN)].map(({ 0: match, index, groups }) => ({
    at: index,
    length: match.length,
    token: groups?.block === undefined ? { kind: 'code', text: groups?.code ?? '' } : { kind: 'block', text: groups.block },
  }))
}

export function findLinks(text: string): Found[] {
  return [...text.matchAll(URL_PATTERN)].flatMap(({ 0: match, index }) => {
    const trimmed = withoutTrailing(match)
    return parseUrl(trimmed) ? [{ at: index, token: { kind: 'link', text: trimmed, href: trimmed } }] : []
  })
}

/** "see (https://a.example/x)." ends before the bracket, "https://a.example/x_(y)" does not. */
function withoutTrailing(url: string): string {
  const trimmed = url.replace(TRAILING, '')
  return url[trimmed.length] === ')' && trimmed.split('(').length > trimmed.split(')').length ? `${trimmed})` : trimmed
}

/** Longest name first, so that @王小明 is not read as @王小. No space is needed before or after. */
export function findMentions(text: string, mentioned: Mentionable[]): Found[] {
  const names = mentioned
    .flatMap(({ id, names }) => names.map(name => ({ id, text: `@${name}` })))
    .sort((a, b) => b.text.length - a.text.length)
  const found: Found[] = []
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const hit = names.find(name => text.startsWith(name.text, at))
    if (hit)
      found.push({ at, token: { kind: 'mention', text: hit.text, userId: hit.id } })
  }
  return found
}

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One to three emoji and nothing else are drawn large. */
export function isFewEmoji(content: string): boolean {
  if (content.length > 48)
    return false
  const signs = [...graphemes.segment(content.trim())].map(({ segment }) => segment).filter(sign => sign.trim())
  return signs.length > 0 && signs.length <= 3 && signs.every(sign => EMOJI.test(sign))
}
