/** Without a key, a touch or a movement for this long, nobody is there. */
const IDLE_AFTER_MS = 5 * 60_000
const SIGNS_OF_LIFE = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const

/** Watches the page as long as it lives. -> whether nobody is there. */
export function watchIdle(): () => boolean {
  let lastSign = Date.now()
  const onSign = () => lastSign = Date.now()
  SIGNS_OF_LIFE.forEach(sign => window.addEventListener(sign, onSign, { passive: true, capture: true }))
  return () => Date.now() - lastSign > IDLE_AFTER_MS
}
