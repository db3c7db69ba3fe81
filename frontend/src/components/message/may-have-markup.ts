/** Most messages have none, and are drawn without what reads it. */
export const mayHaveMarkup = (content: string): boolean =>
  /[*_~`[]|^\s*(?:>|(?:[-+]|\d{1,9}[.)])\s)/m.test(content)
