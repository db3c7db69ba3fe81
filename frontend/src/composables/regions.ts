/** What F6 goes round: the conversations, the bar of the room, what is said, what is written, the members. */
const REGIONS = ['nav', '#conversation > header', '#conversation [role=log]', '#conversation > .foot', 'aside', '#conversation:not(:has([role=log]))']
/** Where one arrives in a region: in its list where one was last, else in its text, else at the first thing to press. */
const STOPS = ['[data-roving][tabindex="0"]', 'textarea', 'a[href], button:not(:disabled)']

/** -> whether there was another region to go to. */
export function goToRegion(step: 1 | -1): boolean {
  if (document.querySelector('dialog[open]'))
    return false
  const regions = REGIONS.flatMap(selector => [...document.querySelectorAll<HTMLElement>(selector)].slice(0, 1))
    .map(region => ({ region, stop: stopIn(region) }))
    .filter(({ stop }) => stop?.checkVisibility())
  const at = regions.findIndex(({ region }) => region.contains(document.activeElement))
  const next = regions.at(at < 0 ? Math.min(step, 0) : (at + step) % regions.length)
  next?.stop?.focus()
  return regions.length > 1
}

function stopIn(region: HTMLElement): HTMLElement | undefined {
  if (region.tabIndex === 0)
    return region
  return STOPS.flatMap(stop => [...region.querySelectorAll<HTMLElement>(stop)]).find(stop => stop.checkVisibility())
}
