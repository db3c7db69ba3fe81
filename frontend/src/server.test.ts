// @vitest-environment node
import type { RealPerson } from '@/testing/real-person'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isPending } from '@/stores/messages'
import { aRealPerson } from '@/testing/real-person'

/** Against a running server: CHAT_E2E_SERVER=http://localhost:9000 npm test */
const SERVER = import.meta.env.CHAT_E2E_SERVER as string | undefined

const people: RealPerson[] = []

async function someone(name = `p${Math.random().toString(36).slice(2, 10)}`, again = false): Promise<RealPerson> {
  const person = await aRealPerson(SERVER!, name, again)
  people.push(person)
  await until(() => person.account.connection.state === 'ready' && person.account.rooms.loaded)
  return person
}

function until(isTrue: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 20_000, interval: 20 })
}

function read({ account }: RealPerson, room: number): string[] {
  return account.messages.timeline(room).rows.filter(row => isPending(row) || row.kind === 'text').map(row => row.content)
}

function unread({ account }: RealPerson, room: number): number | undefined {
  return account.rooms.get(room)?.membership?.unread_count
}

describe.skipIf(SERVER === undefined)('the core and a real server', { timeout: 30_000 }, () => {
  let ada: RealPerson
  let bob: RealPerson
  let room: number

  beforeAll(async () => {
    ada = await someone()
    bob = await someone()
    const made = await ada.account.rooms.create({ name: 'Harbour' })
    room = made.id
    await bob.account.rooms.joinByCode(made.code!)
    await Promise.all([ada, bob].map(person => person.account.messages.open(room)))
    await Promise.all([ada, bob].map(person => person.account.rooms.enter(room)))
  }, 30_000)

  afterAll(() => people.forEach(person => person.account.close()))

  it('two people meet in a room by its code', async () => {
    await until(() => ada.account.rooms.get(room)?.member_count === 2)
    await ada.account.members.load(room)
    expect(ada.account.members.of(room).map(member => member.role)).toEqual(['owner', 'member'])
  })

  it('messages arrive, at once for who wrote them, and count as unread', async () => {
    ada.account.messages.send(room, { content: '你好' })
    expect(read(ada, room)).toEqual(['你好'])
    await until(() => read(bob, room).includes('你好') && unread(bob, room) === 1)
    await until(() => ada.account.outbox.entries.value.length === 0)
    expect(read(ada, room)).toEqual(['你好'])
    expect(unread(ada, room)).toBe(0)
    bob.account.rooms.markRead(room, bob.account.rooms.get(room)!.last_seq)
    expect(unread(bob, room)).toBe(0)
  })

  it('edits, reactions, replies and recalls reach everybody', async () => {
    ada.account.messages.send(room, { content: 'tpyo' })
    const own = () => ada.account.messages.timeline(room).rows.find(row => row.content === 'tpyo' && !isPending(row))
    await until(() => own() !== undefined)
    const message = own()!
    if (isPending(message))
      throw new Error('unreachable')
    await ada.account.messages.edit(message, 'typo')
    bob.account.messages.send(room, { content: 'quoted', reply_to: message.id })
    await until(() => read(bob, room).includes('typo'))
    await bob.account.messages.react(message, '🎉')
    const atAda = () => ada.account.messages.timeline(room).rows.find(row => !isPending(row) && row.id === message.id)
    await until(() => (atAda() as typeof message).reactions[0]?.emoji === '🎉')
    const quote = () => bob.account.messages.timeline(room).rows.find(row => row.content === 'quoted')
    await until(() => quote() !== undefined && !isPending(quote()!))
    expect(quote()).toMatchObject({ reply_to: { excerpt: 'typo' } })
    await ada.account.messages.recall(message)
    await until(() => (quote() as typeof message).reply_to?.excerpt === '')
    await until(() => !read(bob, room).includes('typo'))
  })

  it('typing is seen, and ends with the message', async () => {
    bob.account.presence.typed(room)
    await until(() => ada.account.presence.typingIn(room).includes(bob.account.userId))
    bob.account.messages.send(room, { content: 'typed' })
    await until(() => ada.account.presence.typingIn(room).length === 0)
  })

  it('who was away catches up, sends what was written meanwhile, and nothing is lost or doubled', async () => {
    const before = read(bob, room).length
    ada.breakLine()
    await until(() => ada.account.connection.state !== 'ready')
    for (let number = 1; number <= 30; number++) {
      bob.account.messages.send(room, { content: `bob ${number}` })
      ada.account.messages.send(room, { content: `ada ${number}` })
    }
    await until(() => bob.account.outbox.entries.value.length === 0)
    expect(ada.account.outbox.entries.value).toHaveLength(30)
    ada.mendLine()
    await until(() => ada.account.outbox.entries.value.length === 0)
    await until(() => read(bob, room).length === before + 60 && read(ada, room).length === before + 60)
    expect(read(ada, room)).toEqual(read(bob, room))
    const written = (name: string) => read(ada, room).filter(content => content.startsWith(`${name} `))
    const expected = (name: string) => Array.from({ length: 30 }, (_, index) => `${name} ${index + 1}`)
    expect([written('ada'), written('bob')]).toEqual([expected('ada'), expected('bob')])
  })

  it('history can be paged to its beginning and jumped in', async () => {
    const late = await someone()
    await late.account.rooms.join(room)
    await late.account.messages.open(room)
    const { timeline, loadBefore, jumpTo } = late.account.messages
    expect(timeline(room).hasBefore).toBe(true)
    while (timeline(room).hasBefore)
      await loadBefore(room)
    expect(read(late, room)).toEqual(read(bob, room))
    expect(await jumpTo(room, { seq: 5 })).toBe(5)
    expect(unread(late, room)).toBe(0)
  })

  it('a direct conversation reaches the other by its first message', async () => {
    const direct = await ada.account.rooms.openDirect(bob.account.userId)
    ada.account.messages.send(direct.id, { content: 'just you' })
    await until(() => bob.account.rooms.get(direct.id) !== undefined && unread(bob, direct.id) === 1)
    expect(bob.account.rooms.titleOf(bob.account.rooms.get(direct.id)!)).toBe(ada.name)
  })

  it('the devices of one person agree on what was read', async () => {
    const phone = await someone(bob.name, true)
    ada.account.messages.send(room, { content: 'seen?' })
    await until(() => read(bob, room).includes('seen?') && (unread(phone, room) ?? 0) > 0)
    bob.account.rooms.markRead(room, bob.account.rooms.get(room)!.last_seq)
    await until(() => unread(phone, room) === 0)
    await phone.account.rooms.markUnread(room, phone.account.rooms.get(room)!.last_seq)
    await until(() => unread(bob, room) === 1)
  })

  it('a refused message fails with the reason, and the next one goes', async () => {
    bob.account.messages.send(room, { content: 'x'.repeat(8_001) })
    bob.account.messages.send(room, { content: 'short' })
    await until(() => read(ada, room).includes('short'))
    const [failed] = bob.account.outbox.entries.value
    expect(failed?.refusal?.code).toBe('validation_error')
    await bob.account.messages.cancel(failed!.message.nonce)
  })

  it('who is kicked loses the room, and hears no more of it', async () => {
    const guest = await someone()
    await guest.account.rooms.join(room)
    await guest.account.messages.open(room)
    await ada.account.members.kick(room, guest.account.userId)
    await until(() => guest.account.rooms.gone.get(room) === 'kicked')
    expect(guest.account.rooms.get(room)).toBeUndefined()
    ada.account.messages.send(room, { content: 'without them' })
    await until(() => read(bob, room).includes('without them'))
    expect(read(guest, room)).toEqual([])
  })

  it('a device that is signed out elsewhere is told so', async () => {
    const lost = await someone(bob.name, true)
    await bob.account.api.account.endOtherSessions()
    await until(() => lost.ended() === 'revoked')
    expect(bob.ended()).toBeNull()
  })
})
