import type { LanguageFn } from 'highlight.js'
import hljs from 'highlight.js/lib/core'

type Tone = 'key' | 'str' | 'num' | 'com'
export type ColouredCode = { text: string, tone: Tone | undefined }[]

/** More than a screen of it is read, not looked at. */
const MOST_CHARS = 20_000

const LANGUAGES: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  lua: () => import('highlight.js/lib/languages/lua'),
  makefile: () => import('highlight.js/lib/languages/makefile'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  nginx: () => import('highlight.js/lib/languages/nginx'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}

const ALIASES: Record<string, string> = {
  'sh': 'bash', 'shell': 'bash', 'zsh': 'bash', 'console': 'bash', 'c++': 'cpp', 'cs': 'csharp', 'c#': 'csharp', 'scss': 'css', 'less': 'css',
  'patch': 'diff', 'docker': 'dockerfile', 'golang': 'go', 'toml': 'ini', 'js': 'javascript', 'jsx': 'javascript', 'mjs': 'javascript',
  'kt': 'kotlin', 'make': 'makefile', 'md': 'markdown', 'py': 'python', 'py3': 'python', 'rb': 'ruby', 'rs': 'rust', 'mysql': 'sql',
  'ts': 'typescript', 'tsx': 'typescript', 'html': 'xml', 'svg': 'xml', 'vue': 'xml', 'yml': 'yaml',
}

const TONES: Record<string, Tone> = {
  keyword: 'key', built_in: 'key', literal: 'key', type: 'key', tag: 'key', name: 'key', section: 'key', selector: 'key', title: 'key',
  string: 'str', regexp: 'str', symbol: 'str', addition: 'str', link: 'str', char: 'str', bullet: 'str',
  number: 'num', attr: 'num', attribute: 'num', variable: 'num', property: 'num', subst: 'num', deletion: 'num',
  comment: 'com', quote: 'com', meta: 'com', doctag: 'com',
}

/** The pieces of code by what they are; null when we do not know the language. */
export async function colourCode(text: string, named: string): Promise<ColouredCode | null> {
  const name = named.toLowerCase()
  const language = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name
  const load = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
  if (load === undefined || text.length > MOST_CHARS)
    return null
  if (hljs.getLanguage(language) === undefined)
    hljs.registerLanguage(language, (await load()).default)
  // The tree that it would make HTML of. Its type says nothing of it; the version is exact, and a test looks at it.
  const { _emitter } = hljs.highlight(text, { language, ignoreIllegals: true }) as unknown as { _emitter: { rootNode: Node } }
  return joined(pieces(_emitter.rootNode))
}

interface Node { scope?: string, children: (Node | string)[] }

function pieces({ scope, children }: Node, outer?: Tone): ColouredCode {
  const tone = TONES[scope?.split(/[.-]/)[0] ?? ''] ?? outer
  return children.flatMap(child => typeof child === 'string' ? [{ text: child, tone }] : pieces(child, tone))
}

/** Neighbours of one tone are one piece: each is an element on the page. */
function joined(pieces: ColouredCode): ColouredCode {
  const found: ColouredCode = []
  for (const { text, tone } of pieces) {
    const last = found.at(-1)
    if (last !== undefined && last.tone === tone)
      last.text += text
    else
      found.push({ text, tone })
  }
  return found
}
