const GAP = 4
const EDGE = 8

/** Puts a floating box below its anchor (above where there is no room), inside the window. */
export function placeNear(box: HTMLElement, anchor: Element | DOMPoint): void {
  const at = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0)
  const { width, height } = box.getBoundingClientRect()
  const below = at.bottom + GAP
  const top = below + height + EDGE > innerHeight ? at.top - GAP - height : below
  const left = at.left + width + EDGE > innerWidth ? at.right - width : at.left
  // Through the CSSOM: a style attribute would break `style-src 'self'`.
  box.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`
  box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`
}
