import type { DesktopBadge, DesktopNotification } from '../shared/desktop-api'
import type { Locale } from './texts'
import { isExternal, parseUrl } from './guards'
import { isScreen } from './links'
import { isLocale } from './texts'

/** What the page hands over is a claim until it went through one of these. */
type Claim<Value> = (claimed: unknown) => Value

export class ArgumentError extends TypeError {
  override readonly name = 'ArgumentError'
}

const claim = <Value>(what: string, holds: (claimed: unknown) => claimed is Value): Claim<Value> => (claimed) => {
  if (!holds(claimed))
    throw new ArgumentError(`This is not ${what}.`)
  return claimed
}

const isText = (claimed: unknown): claimed is string => typeof claimed === 'string'
const isCount = (claimed: unknown): claimed is number => Number.isSafeInteger(claimed) && (claimed as number) >= 0

export function isServer(claimed: unknown): claimed is string {
  return isText(claimed) && /^https?:\/\//.test(claimed) && parseUrl(claimed)?.origin === claimed
}

export const server = claim('the origin of a server', isServer)
export const userId = claim('an id', (claimed): claimed is number => isCount(claimed) && claimed > 0)
export const token = text(4096)
export const tag = text(200)
export const locale = claim('a language of this program', (claimed): claimed is Locale => isLocale(claimed))
export const externalUrl = claim('an address for the browser', (claimed): claimed is string => isText(claimed) && isExternal(claimed))

export const notification: Claim<DesktopNotification> = fields({
  title: text(200),
  body: text(10_000),
  tag,
  path: claim('an address inside the client', (claimed): claimed is string => isText(claimed) && isScreen(claimed)),
})

export const badge: Claim<DesktopBadge> = fields({
  mentions: claim('a count', isCount),
  unread: claim('yes or no', (claimed): claimed is boolean => typeof claimed === 'boolean'),
})

function text(longest: number): Claim<string> {
  return claim(`a text of up to ${longest}`, (claimed): claimed is string => isText(claimed) && claimed.length <= longest)
}

/** Exactly these fields: an unknown one is a mistake on the other side. */
function fields<Value extends object>(claims: { [Name in keyof Value]: Claim<Value[Name]> }): Claim<Value> {
  const names = Object.keys(claims) as (keyof Value & string)[]
  return (claimed) => {
    if (typeof claimed !== 'object' || claimed === null || Object.keys(claimed).sort().join() !== [...names].sort().join())
      throw new ArgumentError(`This has not just the fields ${names.join(', ')}.`)
    const given = claimed as Record<string, unknown>
    return Object.fromEntries(names.map(name => [name, claims[name](given[name])])) as Value
  }
}
