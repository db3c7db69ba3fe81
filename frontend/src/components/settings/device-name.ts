const BROWSERS: [RegExp, string][] = [
  [/Electron\//, 'Desktop'],
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/MicroMessenger\//, 'WeChat'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(?:e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
]
const first = (rules: [RegExp, string][], text: string) => rules.find(([pattern]) => pattern.test(text))?.[1]

/** What a device is called: as it named itself, else by its browser and system. */
export function deviceName({ name, user_agent }: { name: string, user_agent: string }): string {
  if (name)
    return name
  const known = [first(BROWSERS, user_agent), first(SYSTEMS, user_agent)].filter(Boolean)
  return known.length ? known.join(' · ') : user_agent.split('/')[0] ?? ''
}

export const isPhone = (userAgent: string) => /iPhone|iPad|Android|Mobile/.test(userAgent)
