import type { Room } from '@/api/types'

/** A direct room with oneself. */
export const isNoteToSelf = (room: Room, me: number | undefined) =>
  room.kind === 'direct' && room.peer !== null && room.peer.id === me
