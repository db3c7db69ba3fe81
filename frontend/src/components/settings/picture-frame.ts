/** Pixels of the picture that is sent: as many as the server keeps. */
export const SIDE = 512

export interface Frame {
  /** The square of the picture that is kept, in its own pixels. */
  x: number
  y: number
  side: number
  /** How far its middle can be moved from that of the picture. */
  roomX: number
  roomY: number
}

/** `place` is -1 to 1 in either direction; at a zoom of 1 the shorter side fills the square. */
export function frame(picture: { width: number, height: number }, zoom: number, place: { x: number, y: number }): Frame {
  const side = Math.min(picture.width, picture.height) / zoom
  const roomX = (picture.width - side) / 2
  const roomY = (picture.height - side) / 2
  return { x: roomX * (1 + place.x), y: roomY * (1 + place.y), side, roomX, roomY }
}
