/** What somebody was given to get in: a code of six digits, or a link with an invite. */
export type Entry = { kind: 'code', code: string } | { kind: 'invite', token: string } | null

export function parseEntry(typed: string): Entry {
  const text = typed.trim()
  const token = /\/invite\/([\w-]+)\/?$/.exec(text)?.[1]
  if (token)
    return { kind: 'invite', token }
  // 123 456 and full-width digits are the same code.
  const code = text.normalize('NFKC').replace(/[\s-]/g, '')
  return /^\d{6}$/.test(code) ? { kind: 'code', code } : null
}
