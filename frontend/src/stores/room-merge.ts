import type { Message, Room } from '@/api/types'

/** What is known of a room, with what was just heard: the higher version wins, and what is mine stays mine. */
export function mergeRoom(known: Room | undefined, heard: Room): Room {
  if (known === undefined)
    return heard
  const newer = heard.version >= known.version ? heard : known
  const last = isNewerMessage(known.last_message, heard.last_message) ? heard.last_message : known.last_message
  return {
    ...newer,
    last_seq: Math.max(known.last_seq, heard.last_seq),
    last_message: last !== null && last.seq < newer.first_seq ? null : last,
    peer: heard.peer ?? known.peer,
    membership: heard.membership ?? known.membership,
  }
}

export function isNewerMessage(known: Message | null, heard: Message | null): boolean {
  if (known === null || heard === null)
    return heard !== null
  return heard.seq > known.seq || (heard.seq === known.seq && heard.version > known.version)
}
