import type { Frame } from './frames'
import type { SignedInScene } from '@/testing/signed-in'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { signedIn } from '@/testing/signed-in'
import { createHandlers } from './handlers'
import { createStreams } from './streams'

/** Real frames, one of every type, as the server's own tests keep them. */
const ANSWERS = ['ack', 'error', 'ready', 'joined_room', 'left_room']
const files = import.meta.glob<Frame>('../../../tests/examples/*.json', { eager: true, import: 'default' })
const frames = Object.values(files)
const events = frames.filter(({ type }) => !ANSWERS.includes(type))

let scene: SignedInScene

beforeEach(async () => {
  scene = signedIn()
  await scene.pass(100)
})

afterEach(() => {
  scene.account.close()
  vi.useRealTimers()
})

/** Everything that a person could see. */
function seen() {
  const { rooms, users, messages, members } = scene.account
  return JSON.stringify([1, 2, 3].map(id => [
    rooms.get(id),
    rooms.gone.get(id),
    users.get(id),
    messages.timeline(id).rows,
    members.of(id),
    scene.account.presence.typingIn(id),
  ]))
}

describe('the examples of the server', () => {
  it('and the handlers know the same events', () => {
    const handlers = createHandlers({ ...scene.account, streams: createStreams(async () => {}), onRevoked: () => {}, onArrival: () => {}, onRoomLost: () => {}, onRoomRestart: () => {} })
    expect(events.map(({ type }) => type).toSorted()).toEqual(Object.keys(handlers).toSorted())
  })

  it.each(events.map(frame => [frame.type, frame] as const))('%s is applied, and twice changes nothing', async (_type, frame) => {
    const { server, pass } = scene
    server.publish({ type: frame.type, data: frame.data })
    await pass(6)
    const once = seen()
    server.publish({ type: frame.type, data: frame.data })
    await pass(6)
    expect(seen()).toBe(once)
  })
})
