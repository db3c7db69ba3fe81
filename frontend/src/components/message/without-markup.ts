/** One line of plain words, where Markdown would only be in the way: lists, quotes, notices. */
export function withoutMarkup(content: string): string {
  return content
    .replace(/```(?:[\w+#.-]*\n)?([\s\S]*?)```/g, '$1')
    .replace(/(?<![a-z0-9](?=..[a-z0-9]))\*\*(?=\S)([\s\S]*?\S)\*\*/gi, '$1')
    .replace(/~~(?=\S)([\s\S]*?\S)~~/g, '$1')
    .replace(/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\[([^\]\n]+)\]\(https?:[^)\s]+\)/g, '$1')
    .replace(/^> ?/gm, '')
    .replace(/^\s*[-*+] +/gm, '• ')
    .replace(/\n{2,}/g, '\n')
}
