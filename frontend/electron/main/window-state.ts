export interface Area {
  x: number
  y: number
  width: number
  height: number
}

export interface WindowState extends Area {
  maximized: boolean
}

export const SMALLEST = { width: 360, height: 480 }
const USUAL = { width: 1180, height: 780 }
/** So much of a window must be on a screen to be taken hold of. */
const GRIP = 80

export function isWindowState(claimed: unknown): claimed is WindowState {
  if (typeof claimed !== 'object' || claimed === null)
    return false
  const { x, y, width, height, maximized } = claimed as Record<string, unknown>
  return [x, y, width, height].every(Number.isSafeInteger) && typeof maximized === 'boolean'
}

/** Where the window opens: as it was left, unless that screen is gone by now; then in the middle, without x and y. */
export function openingArea(last: WindowState | null, screens: readonly Area[]): Partial<Area> & typeof USUAL {
  const { width, height, x, y } = last ?? { ...USUAL, x: undefined, y: undefined }
  const size = { width: Math.max(width, SMALLEST.width), height: Math.max(height, SMALLEST.height) }
  if (x === undefined || y === undefined || !screens.some(screen => isWithinReach({ x, y, ...size }, screen)))
    return size
  return { x, y, ...size }
}

function isWithinReach(window: Area, screen: Area): boolean {
  const across = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x)
  const titleIsOn = window.y >= screen.y && window.y + GRIP <= screen.y + screen.height
  return across >= GRIP && titleIsOn
}
