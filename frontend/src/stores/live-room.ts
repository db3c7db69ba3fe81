import type { Room } from '@/api/types'
import { shallowReactive } from 'vue'

/**
 * A room as components hold it: one object for as long as it is known, whose fields are watched one by one. A message
 * that comes in changes three of them, and only what shows those is drawn again.
 */
export function liveRoom(room: Room): Room {
  return shallowReactive({ ...room, membership: liveMembership(room) })
}

/** Makes `live`, which says what `before` says, say what `room` says. */
export function follow(live: Room, before: Room, room: Room): void {
  const { membership } = live
  if (membership !== null && before.membership !== null && room.membership !== null) {
    assignChanges(membership, before.membership, room.membership)
    assignChanges(live, before, { ...room, membership: before.membership })
  }
  else {
    assignChanges(live, before, { ...room, membership: liveMembership(room) })
  }
}

/** A field that is written costs more than one that is compared, and two hundred messages a second write few. */
function assignChanges<Fields extends object>(live: Fields, before: Fields, now: Fields): void {
  const changes = Object.entries(now).filter(([name, value]) => value !== before[name as keyof Fields])
  Object.assign(live, Object.fromEntries(changes))
}

function liveMembership({ membership }: Room): Room['membership'] {
  return membership && shallowReactive({ ...membership })
}
