import type { Room } from '@/api/types'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { openCacheStorage } from '@/cache/cache-storage'
import { useComposer } from '@/composables/useComposer'
import { createDraftsStore } from '@/stores/drafts'
import { mountInAccount, person } from '@/testing/mount-in-account'
import { aRoom } from '@/testing/samples'
import MessageComposer from './MessageComposer.vue'

const room = { id: 7, kind: 'public', name: '设计组', peer: null } as Room
const send = vi.fn()
const stores: { close: () => void }[] = []
let sendKey: 'enter' | 'ctrl_enter'
let memberCount: number
const members = [person(1, '周舟'), person(2, '林晓'), person(3, 'Maya Chen')].map(user => ({ user }))

const Host = defineComponent(() => {
  const composer = useComposer(room.id, () => {})
  return () => h(MessageComposer, { room, composer })
})

async function mountComposer() {
  const wrapper = await mountInAccount(Host, account())
  return { wrapper, area: wrapper.get('textarea') }
}

function aDraftsStore() {
  const drafts = createDraftsStore(createPinia(), { name: 'drafts', storage: openCacheStorage('none') })
  stores.push(drafts)
  return drafts
}

function account() {
  return {
    userId: 1,
    drafts: aDraftsStore(),
    session: { me: { ...person(1, '周舟'), preferences: { send_key: sendKey } }, limits: { content_chars: 10 } },
    users: { nameOf: (user: { display_name: string }) => user.display_name, ownNameOf: (user: { display_name: string }) => user.display_name, avatarOf: () => null },
    rooms: { titleOf: (shown: Room) => shown.name, get: () => ({ ...aRoom(7), member_count: memberCount }) },
    messages: { send, timeline: () => ({ rows: [] }) },
    presence: { typed: vi.fn() },
    members: { of: () => members, load: () => Promise.resolve() },
  }
}

beforeEach(() => {
  sendKey = 'enter'
  memberCount = 3
  send.mockReset()
  document.body.innerHTML = ''
})

afterEach(() => stores.splice(0).forEach(store => store.close()))

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

  it('sends only with Ctrl + Enter for whom prefers that', async () => {
    sendKey = 'ctrl_enter'
    const { area } = await mountComposer()
    await area.setValue('两行')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).not.toHaveBeenCalled()
    await area.trigger('keydown', { key: 'Enter', keyCode: 13, ctrlKey: true })
    expect(send).toHaveBeenCalledWith(7, { content: '两行' })
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

  it('mentions everyone where the room lets one', async () => {
    const { wrapper, area } = await mountComposer()
    await area.setValue('@所')
    await area.trigger('input')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(area.element.value).toBe('@所有人 ')
    await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
    expect(send).toHaveBeenLastCalledWith(7, { content: '@所有人', mention_all: true })
    memberCount = 51
    wrapper.unmount()
    const large = await mountComposer()
    await large.area.setValue('@所')
    await large.area.trigger('input')
    expect(large.wrapper.findAll('[role=option]')).toEqual([])
  })

  it('mentions by id whom one picked, as long as the name stands in the text', async () => {
    const { wrapper, area } = await mountComposer()
    await area.setValue('问@林')
    area.element.setSelectionRange(3, 3)
    await area.trigger('input')
    expect(wrapper.findAll('[role=option]').map(option => option.text())).toEqual(['林晓林晓user2'])
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
