/** One JSON object in one text message. */
export interface Frame {
  type: string
  id?: string
  data: unknown
}

/** Not or no longer signed in. Every other close code means: come back, with a pause, and sync. */
export const CLOSE_UNAUTHENTICATED = 4401

export function readFrame(text: string): Frame | null {
  try {
    const frame: unknown = JSON.parse(text)
    return isFrame(frame) ? frame : null
  }
  catch {
    return null
  }
}

function isFrame(frame: unknown): frame is Frame {
  return typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string'
}
