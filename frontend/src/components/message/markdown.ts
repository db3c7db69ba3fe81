import type { Token as MarkdownToken, StateInline } from 'markdown-it'
import type { Mentionable, Token } from './message-tokens'
import MarkdownIt from 'markdown-it'
import { parseUrl } from '@/components/base/parse-url'
import { findLinks, findMentions, messageTokens } from './message-tokens'

/** What is written, as a tree. It is drawn element by element: no HTML is ever made of it. */
export type Inline
  = | Token
    | { kind: 'strong' | 'em' | 's', parts: Inline[] }
    | { kind: 'named-link', href: string, parts: Inline[] }

export type Block
  = | { kind: 'paragraph', parts: Inline[] }
    | { kind: 'code', text: string, language: string }
    | { kind: 'quote', blocks: Block[] }
    | { kind: 'list', start: number | null, items: Block[][] }

interface Env { mentioned: Mentionable[] }

/** Chinese, Japanese and Korean, with their punctuation: written without spaces between words. */
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF00-\uFFEF\u2018-\u201F\u2026\u2014]/u

const markdown = new MarkdownIt('zero', { html: false, linkify: false, typographer: false, maxNesting: 12 })
  .enable(['emphasis', 'strikethrough', 'backticks', 'fence', 'blockquote', 'list', 'link', 'newline'])

markdown.validateLink = href => isSafe(href)
markdown.normalizeLink = href => href
markdown.inline.ruler.before('emphasis', 'address', address)
markdown.inline.ruler.before('emphasis', 'mention', mention)

/**
 * Around Han, **「重点」**也 is emphasis: the rules of the Latin script would wait for a space. Between two letters or
 * digits of that one a star multiplies: 2*3*4 and 2**8 keep theirs.
 */
markdown.inline.State = class extends markdown.inline.State {
  override scanDelims(start: number, canSplitWord: boolean) {
    const scanned = super.scanDelims(start, canSplitWord)
    const last = this.src[start - 1] ?? ' '
    const next = this.src[start + scanned.length] ?? ' '
    if (this.src[start] === '*' && /[a-z0-9]/i.test(last) && /[a-z0-9]/i.test(next))
      return { ...scanned, can_open: false, can_close: false }
    if (!canSplitWord || !(CJK.test(last) || CJK.test(next)))
      return scanned
    return { ...scanned, can_open: !/\s/.test(next), can_close: !/\s/.test(last) }
  }
}

export function parseMarkdown(content: string, mentioned: Mentionable[] = []): Block[] {
  const env: Env = { mentioned }
  return new Reader(markdown.parse(content, env as never), env).blocks()
}

function isSafe(href: string): boolean {
  const url = parseUrl(href)
  return url !== null && ['http:', 'https:', 'mailto:'].includes(url.protocol)
}

/** A bare address: underscores and stars in it are no emphasis. */
function address(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== ':')
    return false
  const scheme = /https?$/i.exec(state.pending)?.[0]
  if (scheme === undefined)
    return false
  const [found] = findLinks(state.src.slice(state.pos - scheme.length))
  if (found?.at !== 0)
    return false
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length)
    state.push('address', '', 0).content = found.token.text
  }
  state.pos += found.token.text.length - scheme.length
  return true
}

function mention(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '@')
    return false
  const [found] = findMentions(state.src.slice(state.pos), (state.env as unknown as Env).mentioned)
  if (found?.at !== 0)
    return false
  if (!silent)
    state.push('mention', '', 0).meta = found.token
  state.pos += found.token.text.length
  return true
}

/** Only one word behind the fence names a language; more are words that somebody wants read. */
function fence({ content, info }: MarkdownToken): Block {
  const text = content.replace(/\n$/, '')
  const words = info.trim()
  return /\s/.test(words) ? { kind: 'code', text: `${words}\n${text}`, language: '' } : { kind: 'code', text, language: words }
}

/** Folds the flat list of tokens into a tree. */
class Reader {
  private at = 0

  constructor(private readonly tokens: MarkdownToken[], private readonly env: Env) {}

  blocks(end?: string): Block[] {
    const found: Block[] = []
    while (this.at < this.tokens.length && this.tokens[this.at]!.type !== end)
      found.push(...this.block())
    this.at++
    return found
  }

  private block(): Block[] {
    const token = this.tokens[this.at++]!
    switch (token.type) {
      case 'fence':
        return [fence(token)]
      case 'blockquote_open':
        return [{ kind: 'quote', blocks: this.blocks('blockquote_close') }]
      case 'bullet_list_open':
        return [{ kind: 'list', start: null, items: this.items('bullet_list_close') }]
      case 'ordered_list_open':
        return [{ kind: 'list', start: Number(token.attrGet('start') ?? 1), items: this.items('ordered_list_close') }]
      case 'inline':
        return [{ kind: 'paragraph', parts: new InlineReader(token.children ?? [], this.env).parts() }]
      default:
        return []
    }
  }

  private items(end: string): Block[][] {
    const items: Block[][] = []
    while (this.at < this.tokens.length && this.tokens[this.at]!.type !== end) {
      this.at++
      items.push(this.blocks('list_item_close'))
    }
    this.at++
    return items
  }
}

const WRAPPERS = { strong_open: 'strong', em_open: 'em', s_open: 's' } as const

class InlineReader {
  private at = 0

  constructor(private readonly tokens: MarkdownToken[], private readonly env: Env) {}

  parts(end?: string): Inline[] {
    const found: Inline[] = []
    while (this.at < this.tokens.length && this.tokens[this.at]!.type !== end)
      found.push(...this.part())
    this.at++
    return found
  }

  private part(): Inline[] {
    const token = this.tokens[this.at++]!
    switch (token.type) {
      case 'strong_open':
      case 'em_open':
      case 's_open':
        return [{ kind: WRAPPERS[token.type], parts: this.parts(token.type.replace('open', 'close')) }]
      case 'link_open':
        return this.link(String(token.attrGet('href') ?? ''))
      case 'code_inline':
        return [{ kind: 'code', text: token.content }]
      case 'address':
        return [{ kind: 'link', text: token.content, href: token.content }]
      case 'mention':
        return [token.meta as Token]
      case 'softbreak':
      case 'hardbreak':
        return [{ kind: 'text', text: '\n' }]
      default:
        return token.content === '' ? [] : messageTokens(token.content, this.env.mentioned)
    }
  }

  /** A link whose words are another address would lead elsewhere than it says: it is shown as it was written. */
  private link(href: string): Inline[] {
    const parts = this.parts('link_close')
    const shown = parts.map(part => 'text' in part ? part.text : '').join('').trim()
    const named = parseUrl(/^[\w-]+(?:\.[\w-]+)+(?:[/:?#]|$)/.test(shown) ? `https://${shown}` : shown)
    const lies = named !== null && named.host !== '' && named.host !== parseUrl(href)?.host
    const plain = parts.map(part => part.kind === 'link' ? { kind: 'text' as const, text: part.text } : part)
    return lies ? [{ kind: 'text', text: `${shown} (` }, { kind: 'link', text: href, href }, { kind: 'text', text: ')' }] : [{ kind: 'named-link', href, parts: plain }]
  }
}
