import type { Pinia } from 'pinia'
import type { UsersStore } from './users'
import type { Message, Readers, User } from '@/api/types'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

export interface ReceiptsStoreOptions {
  users: UsersStore
  readers: (messageId: number) => Promise<Readers>
  /** Another number each time that the read marks of a room begin to flow. */
  onAirSince: (roomId: number) => Promise<number | undefined>
}

interface Receipts extends Readers { messageId: number, seq: number, since: number | undefined }

/** Who has read a message and who has not: one message a room, the one that somebody looks at. */
export function createReceiptsStore(pinia: Pinia, { users, readers, onAirSince }: ReceiptsStoreOptions) {
  return defineStore('receipts', () => {
    const byRoom = shallowReactive(new Map<number, Receipts>())
    /** How far people were seen to have read: an answer that was on its way meanwhile may say less. */
    const heard = new Map<number, Map<number, number>>()

    async function load(message: Message): Promise<Readers> {
      const since = await onAirSince(message.room_id)
      const answer = await readers(message.id)
      const people = [...answer.read, ...answer.unread]
      people.forEach(users.remember)
      const receipts = sort({ messageId: message.id, seq: message.seq, since, ...answer }, hasRead(message.room_id, message.seq))
      byRoom.set(message.room_id, receipts)
      return receipts
    }

    /** What has been told of ever since is not asked for again. */
    async function look(message: Message): Promise<void> {
      const known = byRoom.get(message.room_id)
      if (known?.messageId !== message.id || known.since === undefined || known.since !== await onAirSince(message.room_id))
        await load(message)
    }

    function onRead(roomId: number, userId: number, seq: number): void {
      const seqs = heard.get(roomId) ?? new Map<number, number>()
      heard.set(roomId, seqs.set(userId, Math.max(seq, seqs.get(userId) ?? 0)))
      const known = byRoom.get(roomId)
      if (known !== undefined && seq >= known.seq && known.unread.some(({ id }) => id === userId))
        byRoom.set(roomId, sort(known, hasRead(roomId, known.seq)))
    }

    const hasRead = (roomId: number, seq: number) => ({ id }: User) => (heard.get(roomId)?.get(id) ?? 0) >= seq

    return {
      of: (message: Message): Readers | null => {
        const known = byRoom.get(message.room_id)
        return known?.messageId === message.id ? known : null
      },
      load,
      look,
      onRead,
      forget(roomId: number): void {
        byRoom.delete(roomId)
        heard.delete(roomId)
      },
    }
  })(pinia)
}

export type ReceiptsStore = ReturnType<typeof createReceiptsStore>

function sort(receipts: Receipts, hasRead: (user: User) => boolean): Receipts {
  return {
    ...receipts,
    read: [...receipts.read, ...receipts.unread.filter(hasRead)],
    unread: receipts.unread.filter(user => !hasRead(user)),
  }
}
