import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { accountKey } from '@/account'
import { FakeServer } from '@/testing/fake-server'
import { ME, signedIn } from '@/testing/signed-in'
import { useAccount } from './useAccount'
import { useMessageLog } from './useMessageLog'

const drawn: number[] = []

/** Made before the log, as the list of rooms is. */
const Badge = defineComponent(() => {
  const { rooms } = useAccount()
  return () => {
    const unread = rooms.get(7)?.membership?.unread_count ?? 0
    drawn.push(unread)
    return h('i', unread)
  }
})

const Log = defineComponent(() => {
  const scroller = ref<HTMLElement>()
  const content = ref<HTMLElement>()
  const log = useMessageLog(7, scroller, content)
  void nextTick(() => log.open())
  return () => h('div', { ref: scroller }, h('div', { ref: content }, log.drawn.value.map(({ key }) => h('p', { key }))))
})

afterEach(() => vi.useRealTimers())

async function begin({ focused }: { focused: boolean }) {
  vi.spyOn(document, 'hasFocus').mockReturnValue(focused)
  const server = new FakeServer(ME)
  server.room(7).join(ME)
  server.room(7).join(2)
  const { account, pass } = signedIn(server)
  await pass(500)
  const page = mount({ render: () => [h(Badge), h(Log)] }, { global: { provide: { [accountKey as symbol]: account } } })
  await pass(500)
  drawn.length = 0
  return { server, pass, end: () => void (page.unmount(), account.close()) }
}

it('draws nothing as unread that is read as it comes', async () => {
  const { server, pass, end } = await begin({ focused: true })
  server.room(7).post(2, 'hello')
  server.room(7).post(2, 'again')
  await pass(200)
  expect(drawn).not.toContain(1)
  expect(drawn).not.toContain(2)
  end()
})

it('draws as unread what comes in front of nobody', async () => {
  const { server, pass, end } = await begin({ focused: false })
  server.room(7).post(2, 'hello')
  await pass(200)
  expect(drawn.at(-1)).toBe(1)
  end()
})
