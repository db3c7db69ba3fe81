import type { Member, Role, Room, Rules } from '@/api/types'
import { computed } from 'vue'
import { useAccount } from './useAccount'

const RANKS: Record<Role, number> = { member: 0, admin: 1, owner: 2 }

/** What the rules leave to everyone or to the admins. */
export type Switch = { [Name in keyof Rules]: Rules[Name] extends 'everyone' | 'admins' ? Name : never }[keyof Rules]

/** What I may do in a room and to its people, so that nothing is offered that the server would refuse. */
export function useRoomRights(room: () => Room) {
  const { userId } = useAccount()
  const role = computed(() => room().membership?.role ?? null)
  const isRoom = computed(() => room().kind !== 'direct' && role.value !== null)
  const isOpen = computed(() => isRoom.value && !room().archived_at)
  const leads = computed(() => isRoom.value && role.value !== 'member')
  const owns = computed(() => isRoom.value && role.value === 'owner')

  const may = (what: Switch) => isOpen.value && (leads.value || room().rules[what] === 'everyone')

  function outranks(member: Member): boolean {
    return member.user.id !== userId && leads.value && isOpen.value
      && RANKS[role.value ?? 'member'] > RANKS[member.role ?? 'member']
  }

  return { role, isOpen, leads, owns, may, outranks }
}
