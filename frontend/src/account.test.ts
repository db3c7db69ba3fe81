import type { SignedInScene } from '@/testing/signed-in'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CALM, FakeServer } from '@/testing/fake-server'
import { aMembership, aMessage, aRoom, aUser } from '@/testing/samples'
import { ME, signedIn } from '@/testing/signed-in'

let scene: SignedInScene

function start(prepare: (server: FakeServer) => void = () => {}): SignedInScene {
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  prepare(server)
  scene = signedIn(server)
  return scene
}

afterEach(() => {
  scene.account.close()
  vi.useRealTimers()
})

function shown(roomId = 7): string[] {
  return scene.account.messages.timeline(roomId).rows.map(row => row.content)
}

describe('rooms', () => {
  it('are loaded after connecting, also when the first call fails', async () => {
    const { account, server, pass } = start()
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) =>
      url.endsWith('/api/rooms/') && Date.now() < deadline ? new Response('', { status: 503 }) : server.fetch(url, init))
    const deadline = Date.now() + 2_000
    await pass(500)
    expect(account.rooms.loaded).toBe(false)
    await pass(10_000)
    expect(account.rooms.list.map(room => room.id)).toEqual([7])
  })

  it('put pinned ones first, then the latest activity', async () => {
    const { account, pass } = start()
    await pass(100)
    const at = (minute: number) => aMessage(1, { created_at: `2026-01-02T12:0${minute}:00Z` })
    account.rooms.onRoom(aRoom(8, { last_message: at(1) }))
    account.rooms.onRoom(aRoom(9, { last_message: at(2) }))
    account.rooms.onRoom(aRoom(10, { membership: aMembership({ pinned_at: '2026-01-01T12:00:00Z' }) }))
    expect(account.rooms.list.map(room => room.id)).toEqual([10, 9, 8, 7])
  })

  it('come and go with events, and leave nothing behind', async () => {
    const { account, server, pass } = start()
    server.room(7).post(2, 'secret')
    void account.messages.open(7)
    await pass(100)
    expect(shown()).toEqual(['secret'])
    server.publish({ type: 'room_added', data: { room: aRoom(9, { version: 4 }) } })
    server.publish({ type: 'room_removed', data: { room_id: 7, reason: 'kicked' } })
    await pass(100)
    expect(account.rooms.list.map(room => room.id)).toEqual([9])
    expect(account.rooms.gone.get(7)).toBe('kicked')
    expect(shown()).toEqual([])
    expect(account.members.of(7)).toEqual([])
  })

  it('do not come back with an answer from before I left', async () => {
    const { account, server, pass } = start()
    await pass(100)
    const late = account.rooms.get(7)!
    server.publish({ type: 'room_removed', data: { room_id: 7, reason: 'kicked' } })
    await pass(100)
    account.rooms.onRoom(late, 0)
    expect(account.rooms.list).toEqual([])
  })

  it.each(['2026-01-03T12:00:00Z', '2025-01-03T12:00:00Z'])('come back when I come again, whatever the clock of the server says: %s', async (joined_at) => {
    const { account, server, pass } = start()
    await pass(100)
    server.publish({ type: 'room_removed', data: { room_id: 7, reason: 'kicked' } })
    server.publish({ type: 'room_added', data: { room: aRoom(7, { version: 4, membership: aMembership({ joined_at }) }) } })
    await pass(100)
    expect(account.rooms.list.map(room => room.id)).toEqual([7])
  })

  it('come back though the news of an older leave came after the answer of the newer join', async () => {
    const { account, server, pass } = start()
    await pass(100)
    const room = aRoom(9, { version: 4, membership: aMembership({ joined_at: '2026-01-03T12:00:00Z' }) })
    account.rooms.onRoom(room)
    server.publish({ type: 'room_removed', data: { room_id: 9, reason: 'left' } })
    server.publish({ type: 'room_added', data: { room } })
    await pass(100)
    expect(account.rooms.list.map(({ id }) => id).toSorted()).toEqual([7, 9])
  })

  it('go also when I came in and was thrown out while the line was down', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.removed.add(9)
    account.rooms.onRoom(aRoom(9, { version: 4, membership: aMembership() }))
    expect(account.rooms.list.map(room => room.id).toSorted()).toEqual([7, 9])
    server.cutAll()
    await pass(30_000)
    expect(account.rooms.list.map(room => room.id)).toEqual([7])
    expect(account.rooms.gone.get(9)).toBe('kicked')
  })

  it('name a direct room after the person, by their newest name', async () => {
    const { account, server, pass } = start()
    await pass(100)
    const room = aRoom(9, { kind: 'direct', name: '', peer: aUser(3, { display_name: 'Mei' }) })
    server.publish({ type: 'room_added', data: { room } })
    await pass(60)
    expect(account.rooms.titleOf(account.rooms.get(9)!)).toBe('Mei')
    server.publish({ type: 'user_updated', data: { user: aUser(3, { display_name: 'Mei Lin' }) } })
    await pass(60)
    expect(account.rooms.titleOf(account.rooms.get(9)!)).toBe('Mei Lin')
  })

  it('count who comes, and not twice', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.room(7).join(2)
    await pass(60)
    expect(account.rooms.get(7)?.member_count).toBe(2)
    account.rooms.onRoom(server.room(7).out(ME))
    account.rooms.onMemberCount(7, 2, 1)
    expect(account.rooms.get(7)?.member_count).toBe(2)
  })

  it('stay on screen over a reconnect', async () => {
    const { account, server, pass } = start()
    void account.rooms.enter(7)
    await pass(100)
    server.cutAll()
    await pass(1_000)
    expect(server.received.filter(({ type }) => type === 'join_room')).toHaveLength(2)
  })
})

describe('messages', () => {
  it('show the newest page and then what comes', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 60; number++)
      server.room(7).post(2, `old ${number}`)
    void account.messages.open(7)
    await pass(100)
    expect(shown()).toHaveLength(50)
    expect(account.messages.timeline(7).hasBefore).toBe(true)
    server.room(7).post(2, 'new')
    await pass(60)
    expect(shown().at(-1)).toBe('new')
    void account.messages.loadBefore(7)
    await pass(100)
    expect(shown()).toHaveLength(61)
    expect(account.messages.timeline(7).hasBefore).toBe(false)
  })

  it('show the first message of a room that was opened empty', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    server.room(7).post(2, 'first')
    await pass(60)
    expect(shown()).toEqual(['first'])
  })

  it('miss nothing that came between a page and the first connection', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    server.isDeaf = true
    void account.messages.open(7)
    await pass(100)
    expect(shown()).toEqual(['one'])
    server.room(7).post(2, 'two')
    server.isDeaf = false
    await pass(60_000)
    expect(shown()).toEqual(['one', 'two'])
  })

  it('jump to a far place and back, keeping both apart', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 300; number++)
      server.room(7).post(2, `m${number}`)
    void account.messages.open(7)
    await pass(100)
    const jump = account.messages.jumpTo(7, { seq: 100 })
    await pass(100)
    expect(await jump).toBe(100)
    expect(shown()).toContain('m100')
    expect(shown()).not.toContain('m300')
    expect(account.messages.timeline(7).hasAfter).toBe(true)
    server.room(7).post(2, 'm301')
    await pass(60)
    expect(shown()).not.toContain('m301')
    void account.messages.jumpToNewest(7)
    await pass(100)
    expect(shown().at(-1)).toBe('m301')
    expect(account.messages.timeline(7).hasAfter).toBe(false)
  })

  it('stay where somebody went while the newest were on their way', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 200; number++)
      server.room(7).post(2, `m${number}`)
    await pass(100)
    void account.messages.open(7)
    void account.messages.jumpTo(7, { seq: 20 })
    await pass(2_000)
    expect(shown()).toContain('m20')
    expect(shown()).not.toContain('m200')
  })

  it('say why a page could not be had, and load it after the reconnect', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    await pass(100)
    server.isDown = true
    server.cutAll()
    void account.messages.open(7)
    await pass(200)
    expect(account.messages.timeline(7).error?.code).toBe('network')
    server.isDown = false
    await pass(60_000)
    expect(account.messages.timeline(7).error).toBeNull()
    expect(shown()).toEqual(['one'])
  })

  it('appear at once when sent, keep their key, and are sent once', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    account.messages.send(7, { content: 'mine' })
    expect(account.messages.timeline(7).rows).toMatchObject([{ content: 'mine', state: 'queued' }])
    await pass(100)
    expect(account.messages.timeline(7).rows).toMatchObject([{ content: 'mine', seq: 1 }])
    expect(server.room(7).messages).toHaveLength(1)
  })

  it('fail with the words of the server, and go again or away as the person wants', async () => {
    const { account, pass } = start()
    await pass(100)
    account.messages.send(7, { content: '' })
    await pass(100)
    const [row] = account.messages.timeline(7).rows
    expect(row).toMatchObject({ state: 'failed', error: { code: 'validation_error' } })
    void account.messages.retry(row!.nonce)
    await pass(100)
    expect(account.messages.timeline(7).rows).toMatchObject([{ state: 'failed', nonce: row!.nonce }])
    void account.messages.cancel(row!.nonce)
    await pass(100)
    expect(shown()).toEqual([])
  })

  it('start anew when too much was missed', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'before'))
    void account.messages.open(7)
    await pass(100)
    server.mostRows = 2
    server.cutAll()
    for (let number = 1; number <= 3; number++)
      server.room(7).post(2, `missed ${number}`)
    server.room(7).edit(1, 'edited meanwhile')
    await pass(1_000)
    expect(shown()).toEqual(['edited meanwhile', 'missed 1', 'missed 2', 'missed 3'])
  })

  it('let go of what was sent when its event was lost in too much', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.weather = { ...CALM, lose: 1 }
    account.messages.send(7, { content: 'mine' })
    await pass(100)
    expect(shown()).toEqual(['mine'])
    server.weather = CALM
    server.mostRows = 2
    for (let number = 1; number <= 3; number++)
      server.room(7).post(2, `later ${number}`)
    await pass(1_000)
    expect(account.outbox.entries.value).toEqual([])
  })

  it('do not take a page that was asked for before they started anew', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 60; number++)
      server.room(7).post(2, `old ${number}`)
    void account.messages.open(7)
    await pass(100)
    server.travelMs = 2_000
    void account.messages.loadBefore(7)
    await pass(60)
    server.travelMs = 10
    server.mostRows = 2
    server.cutAll()
    for (let seq = 1; seq <= 3; seq++)
      server.room(7).edit(seq, `edited ${seq}`)
    await pass(3_000)
    void account.messages.loadBefore(7)
    await pass(100)
    expect(shown().slice(0, 4)).toEqual(['edited 1', 'edited 2', 'edited 3', 'old 4'])
  })

  it('follow a server that was restored from an older backup', async () => {
    const { account, server, pass } = start()
    for (let number = 1; number <= 5; number++)
      server.room(7).post(2, `lost ${number}`)
    void account.messages.open(7)
    await pass(100)
    server.cutAll()
    server.rooms.delete(7)
    server.epoch = 'two'
    server.room(7).join(ME)
    server.room(7).post(2, 'another past')
    await pass(1_000)
    expect(shown()).toEqual(['another past'])
    expect(account.rooms.get(7)?.last_message?.content).toBe('another past')
    expect(account.rooms.get(7)?.membership?.unread_count).toBe(1)
    server.room(7).post(3, 'goes on')
    await pass(60)
    expect(shown()).toEqual(['another past', 'goes on'])
    expect(account.rooms.get(7)?.membership?.unread_count).toBe(2)
  })
})

describe('unread', () => {
  it('rises with messages of others and falls with what was read, one command a second', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    for (let number = 1; number <= 5; number++)
      server.room(7).post(2, `m${number}`)
    await pass(60)
    expect(account.rooms.unreadTotal).toBe(5)
    account.rooms.markRead(7, 2)
    account.rooms.markRead(7, 3)
    account.rooms.markRead(7, 4)
    account.rooms.markRead(7, 3)
    expect(account.rooms.unreadTotal).toBe(1)
    await pass(5_000)
    const marks = server.received.filter(({ type }) => type === 'mark_read').map(({ data }) => data)
    expect(marks).toEqual([{ room_id: 7, seq: 2 }, { room_id: 7, seq: 4 }])
  })

  it('does not come back when the page ends right after it was read', async () => {
    const { account, server, platform, pass } = start()
    await pass(100)
    server.room(7).post(2, 'one')
    server.room(7).post(2, 'two')
    await pass(60)
    account.rooms.markRead(7, 1)
    account.rooms.markRead(7, 2)
    platform.hide()
    server.cutAll()
    await pass(60)
    expect(server.room(7).unread(ME)).toBe(0)
  })

  it('does not flash back while a mark is on its way', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    server.room(7).post(2, 'one')
    await pass(60)
    account.rooms.markRead(7, 1)
    server.publish({ type: 'membership_updated', data: { room_id: 7, membership: aMembership({ unread_count: 1 }), last_seq: 2 } })
    await pass(6)
    expect(account.rooms.unreadTotal).toBe(0)
  })

  it.each([
    ['without a message that has come in already', { last_seq: 1, unread_count: 1 }, [2, 3]],
    ['with a message that is still to come', { last_seq: 3, unread_count: 3 }, [3, 3]],
  ])('counts right where the server counted %s', async (_, { last_seq, unread_count }, shown) => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    await pass(100)
    server.room(7).post(2, 'two')
    await pass(60)
    const membership = aMembership({ unread_count, last_read_seq: 0 })
    server.publish({ type: 'membership_updated', data: { room_id: 7, membership, last_seq } })
    await pass(60)
    const before = account.rooms.unreadTotal
    server.room(7).post(2, 'three')
    await pass(60)
    expect([before, account.rooms.unreadTotal]).toEqual(shown)
  })

  it('leaves to the server whom a call to all who were here has reached', async () => {
    const { account, server, pass } = start()
    void account.messages.open(7)
    await pass(100)
    server.room(7).post(2, 'anybody here?', 'n1', { mention_here: true })
    await pass(60)
    expect(account.rooms.mentionTotal).toBe(1)
    const membership = aMembership({ unread_count: 1, mention_count: 0, last_read_seq: 0 })
    server.publish({ type: 'membership_updated', data: { room_id: 7, membership, last_seq: 1 } })
    await pass(60)
    expect([account.rooms.unreadTotal, account.rooms.mentionTotal]).toEqual([1, 0])
  })

  it('is not taken back by an answer from before I set my mark back elsewhere', async () => {
    const { account, server, pass } = start()
    await pass(100)
    const earlier = server.room(7).out(ME)
    const membership = aMembership({ unread_count: 1, last_read_seq: 0 })
    server.publish({ type: 'membership_updated', data: { room_id: 7, membership, last_seq: 0 } })
    await pass(60)
    account.rooms.onRoom(earlier, 0)
    expect(account.rooms.unreadTotal).toBe(1)
  })

  it('is what I was told last, though the room itself came later', async () => {
    const { account, server, pass } = start()
    await pass(100)
    const membership = aMembership({ unread_count: 1, last_read_seq: 0 })
    server.publish({ type: 'membership_updated', data: { room_id: 9, membership, last_seq: 1 } })
    await pass(60)
    account.rooms.onRoom(aRoom(9, { last_seq: 1, membership: aMembership({ last_read_seq: 1 }) }), 0)
    expect(account.rooms.unreadTotal).toBe(1)
    account.rooms.onRoom(aRoom(9, { last_seq: 1, membership: aMembership({ last_read_seq: 1 }) }))
    expect(account.rooms.unreadTotal).toBe(0)
  })

  it('marks again after the connection was lost before the answer', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    await pass(100)
    server.isDown = true
    server.cutAll()
    account.rooms.markRead(7, 1)
    await pass(3_000)
    expect(account.rooms.unreadTotal).toBe(0)
    server.isDown = false
    account.connection.retryNow()
    await pass(500)
    expect(server.room(7).unread(ME)).toBe(0)
    expect(account.rooms.unreadTotal).toBe(0)
  })

  it('is cleared when read on another device', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    await pass(100)
    expect(account.rooms.unreadTotal).toBe(1)
    server.publish({ type: 'read_updated', data: { room_id: 7, user_id: ME, last_read_seq: 1 } })
    await pass(60)
    expect(account.rooms.unreadTotal).toBe(0)
  })

  it('leaves muted rooms out of the total, but not their mentions', async () => {
    const { account, pass } = start()
    await pass(100)
    const membership = aMembership({ notify: 'none', unread_count: 4, mention_count: 1 })
    account.rooms.onRoom(aRoom(9, { membership }))
    expect([account.rooms.unreadTotal, account.rooms.mentionTotal]).toEqual([0, 1])
  })
})

describe('people', () => {
  it('type for six seconds, or until they have written', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.publish({ type: 'typing', data: { room_id: 7, user_id: 2 } })
    server.publish({ type: 'typing', data: { room_id: 7, user_id: 3 } })
    server.publish({ type: 'typing', data: { room_id: 7, user_id: ME } })
    await pass(60)
    expect(account.presence.typingIn(7)).toEqual([2, 3])
    server.room(7).post(2, 'done')
    await pass(60)
    expect(account.presence.typingIn(7)).toEqual([3])
    await pass(6_000)
    expect(account.presence.typingIn(7)).toEqual([])
  })

  it('are looked at again after a reconnect, in the room on screen', async () => {
    const { account, server, pass } = start(server => server.room(7).join(2))
    await pass(100)
    void account.rooms.enter(7)
    void account.members.load(7)
    await pass(100)
    server.cutAll()
    server.room(7).members[1]!.user.status = 'online'
    await pass(1_000)
    expect(account.presence.statusOf(2)).toBe('online')
  })

  it('hear of my typing at most every three seconds', async () => {
    const { account, server, pass } = start()
    await pass(100)
    for (let key = 0; key < 40; key++) {
      account.presence.typed(7)
      await pass(100)
    }
    expect(server.received.filter(({ type }) => type === 'typing')).toHaveLength(2)
  })

  it('are there or not, as events say', async () => {
    const { account, server, pass } = start()
    account.users.remember(aUser(2))
    await pass(100)
    server.publish({ type: 'user_online', data: { user_id: 2, username: 'user2' } })
    await pass(60)
    expect(account.presence.statusOf(2)).toBe('online')
    server.publish({ type: 'presence_changed', data: { user_id: 2, status: 'dnd', status_text: 'busy' } })
    await pass(60)
    expect(account.presence.statusOf(2)).toBe('dnd')
    server.publish({ type: 'user_offline', data: { user_id: 2, last_seen_at: '2026-01-01T12:00:00Z' } })
    await pass(60)
    expect(account.users.get(2)).toMatchObject({ status: 'offline', last_seen_at: '2026-01-01T12:00:00Z' })
    expect(account.presence.statusOf(99)).toBe('offline')
  })

  it('and I are shown as I chose from the first moment on', async () => {
    const { account, pass } = start(server => server.chosenStatus = 'dnd')
    await pass(100)
    expect(account.session.me).toMatchObject({ status: 'dnd', email: 'user1@example.org' })
    expect(account.presence.statusOf(ME)).toBe('dnd')
  })

  it('and I are shown as last seen anywhere', async () => {
    const { account, server, pass } = start()
    await pass(100)
    server.publish({ type: 'presence_changed', data: { user_id: ME, status: 'away', status_text: '' } })
    await pass(60)
    expect(account.session.me).toMatchObject({ username: 'user1', status: 'away' })
    server.publish({ type: 'user_updated', data: { user: aUser(ME, { display_name: 'Newer', status: 'online' }) } })
    await pass(60)
    expect(account.session.me).toMatchObject({ display_name: 'Newer', status: 'online', email: 'user1@example.org' })
  })

  it('are named by their newest name, in old messages too', async () => {
    const { account, server, pass } = start(server => server.room(7).post(2, 'one'))
    await pass(100)
    const { sender } = server.room(7).messages[0]!
    expect(account.users.nameOf(sender!)).toBe('User 2')
    server.publish({ type: 'user_updated', data: { user: aUser(2, { display_name: 'Newer', avatar_url: '/media/a.png' }) } })
    await pass(60)
    expect(account.users.nameOf(sender!)).toBe('Newer')
    expect(account.users.avatarOf(sender!)).toBe('http://chat.test/media/a.png')
  })
})

describe('an account', () => {
  it('ends when the cookie turns out to be of somebody else', async () => {
    const { server, onSessionOver, pass } = start()
    vi.spyOn(server, 'token').mockReturnValue(new FakeServer(ME + 1).token())
    await pass(1_000)
    expect(onSessionOver).toHaveBeenCalledWith('expired')
  })
})
