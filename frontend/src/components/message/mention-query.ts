const QUERY_MAX = 32

/** What is being typed after the last @ before the caret, or null. An @ inside an e-mail address is none. */
export function mentionQuery(text: string, caret: number): { start: number, text: string } | null {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || caret - start > QUERY_MAX + 1)
    return null
  const query = text.slice(start + 1, caret)
  const isAddress = /[\w.]/.test(text[start - 1] ?? '')
  return isAddress || /\s/.test(query) ? null : { start, text: query }
}

/** Anywhere in a name, without regard to case: 晓 finds 林晓, chen finds Maya Chen. */
export function matchesName(query: string, { username, display_name }: { username: string, display_name: string }): boolean {
  const wanted = query.toLocaleLowerCase()
  return [username, display_name].some(name => name.toLocaleLowerCase().includes(wanted))
}
