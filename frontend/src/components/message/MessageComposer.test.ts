import type { Room } from '@/api/types'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { useComposer } from '@/composables/useComposer'
import { mountInAccount, person } from '@/testing/mount-in-account'
import MessageComposer from './MessageComposer.vue'

const room = { id: 7, kind: 'public', name: '设计组', peer: null } as Room
const send = vi.fn()
const members = [person(1, '周舟'), person(2, '林晓'), person(3, 'Maya Chen')].map(user => ({ user }))

const Host = defineComponent(() => {
  const composer = useComposer(room.id, () => {})
  return () => h(MessageComposer, { room, composer })
})

async function mountComposer() {
  const wrapper = await mountInAccount(Host, account())
  return { wrapper, area: wrapper.get('textarea') }
}

function account() {
  return {
    userId: 1,
    session: { me: person(1, '周舟'), limits: { content_chars: 10 } },
    users: { nameOf: (user: { display_name: string }) => user.display_name, avatarOf: () => null },
    rooms: { titleOf: (shown: Room) => shown.name },
    messages: { send },
    presence: { typed: vi.fn() },
    members: { of: () => members, load: () => Promise.resolve() },
  }
}

beforeEach(() => {
  send.mockReset()
  document.body.innerHTML = ''
})

describe('the composer', () => {
  it('sends with Enter and is empty again', async () => {
    const { area } = await mountComposer()
    await area.setValue('你好 ')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).toHaveBeenCalledWith(7, { content: '你好' })
    expect(area.element.value).toBe('')
  })

  it('never sends while an input method composes', async () => {
    const { area } = await mountComposer()
    await area.setValue('nihao')
    await area.trigger('keydown', { key: 'Enter', isComposing: true })
    await area.trigger('keydown', { key: 'Enter', keyCode: 229 })
    await area.trigger('keydown', { key: 'Enter', shiftKey: true, keyCode: 13 })
    expect(send).not.toHaveBeenCalled()
    expect(area.element.value).toBe('nihao')
  })

  it('sends nothing that is blank or too long, and says by how much', async () => {
    const { wrapper, area } = await mountComposer()
    await area.setValue('  \n ')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    await area.setValue('👍👍👍👍👍👍👍👍👍👍👍')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).not.toHaveBeenCalled()
    expect(wrapper.get('[role=alert]').text()).toBe('超出 1 个字')
  })

  it('mentions by id whom one picked, as long as the name stands in the text', async () => {
    const { wrapper, area } = await mountComposer()
    await area.setValue('问@林')
    area.element.setSelectionRange(3, 3)
    await area.trigger('input')
    expect(wrapper.findAll('[role=option]').map(option => option.text())).toEqual(['林林晓user2'])
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(area.element.value).toBe('问@林晓 ')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).toHaveBeenLastCalledWith(7, { content: '问@林晓', mentions: [2] })

    await area.setValue('@林')
    await area.trigger('input')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    await area.setValue('算了')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).toHaveBeenLastCalledWith(7, { content: '算了' })
  })
})
