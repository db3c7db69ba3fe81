import type { Message } from '@/api/types'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, effectScope, nextTick, reactive, ref } from 'vue'
import { ChatError } from '@/api/errors'
import { mountInAccount, person } from '@/testing/mount-in-account'
import { aRoom } from '@/testing/samples'
import { useAnnouncer } from './useAnnouncer'
import { useConnectionNotice } from './useConnectionNotice'
import { useErrorText } from './useErrorText'
import { useMessageView } from './useMessageView'
import { usePermissions } from './usePermissions'
import { originOf } from './useServerCheck'
import { useSlowFlag } from './useSlowFlag'
import { useSystemWords } from './useSystemWords'

const START = new Date(2026, 10, 23, 10, 0)

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

/** Runs a composable inside an account and hands out what it returns. */
async function within<Result>(use: () => Result, account: object, locale: 'zh-CN' | 'en' = 'zh-CN'): Promise<Result> {
  let result: Result | undefined
  await mountInAccount(defineComponent(() => {
    result = use()
    return () => null
  }), account, { locale })
  return result!
}

describe('a slow flag', () => {
  it('is not raised by what is over quickly', async () => {
    const busy = ref(true)
    const scope = effectScope()
    const slow = scope.run(() => useSlowFlag(() => busy.value, 400))!
    vi.advanceTimersByTime(399)
    busy.value = false
    await nextTick()
    vi.advanceTimersByTime(1000)
    expect(slow.value).toBe(false)
    busy.value = true
    await nextTick()
    vi.advanceTimersByTime(400)
    expect(slow.value).toBe(true)
    scope.stop()
  })
})

describe('the connection', () => {
  it('is not mentioned for two seconds, then with the time to the next try', async () => {
    const connection = reactive({ state: 'offline', since: START.getTime(), retryAt: START.getTime() + 10_000, retryNow: () => {} })
    const { notice } = await within(useConnectionNotice, { connection })
    expect(notice.value).toBe(null)
    vi.advanceTimersByTime(2500)
    expect(notice.value).toEqual({ kind: 'offline', text: '连接已断开，8 秒后重试' })
    connection.state = 'ready'
    expect(notice.value).toBe(null)
  })
})

describe('what a screen reader hears', () => {
  it('is one message by itself and a burst as a number', async () => {
    const { said, announce } = await within(() => useAnnouncer(count => `${count} 条`), {})
    announce('林晓: 你好')
    vi.advanceTimersByTime(600)
    expect(said.value).toBe('林晓: 你好')
    announce('a')
    announce('b')
    vi.advanceTimersByTime(600)
    expect(said.value).toBe('2 条')
  })

  it('of a message is the author, the text, the time, then its state', async () => {
    const view = await within(() => useMessageView(() => message({ edited_at: '2026-11-23T02:00:00Z', mentions: [1] })), account(), 'en')
    expect(view.value.label).toBe('林晓, hello, 09:30, edited, mentions you')
  })

  it('of a recalled message is only that', async () => {
    const view = await within(() => useMessageView(() => message({ content: '', recalled_at: '2026-11-23T02:00:00Z', mentions: [1] })), account())
    expect(view.value.label).toBe('林晓撤回了一条消息')
    expect(view.value.mentionsMe).toBe(false)
  })
})

describe('what a message quotes', () => {
  const quoted = (seq: number, excerpt: string) => message({ reply_to: { id: 9, seq, sender: null, excerpt } })
  const quote = async (row: Message) => {
    const held = [message({ id: 9, seq: 3, content: 'as it is here' })]
    const view = await within(() => useMessageView(() => row), { ...account(), messages: { timeline: () => ({ rows: held }) } })
    return view.value.reply?.excerpt
  }

  it('is read here where it may not come along, because some members may not read it', async () => {
    expect(await quote(quoted(3, '…'))).toBe('as it is here')
    expect(await quote(quoted(3, ''))).toBe('')
    expect(await quote(quoted(3, 'as it came'))).toBe('as it came')
    expect(await quote(quoted(0, ''))).toBe('')
  })
})

describe('a system line', () => {
  const line = (event: string) => message({ kind: 'system', sender: null, system: { event, actor: person(1, '周舟'), target: person(2, '林晓'), value: '新名' } })

  it('is worded in the reader\'s language, with me as you', async () => {
    const chinese = await within(useSystemWords, account())
    expect([line('member_kicked'), line('room_renamed')].map(chinese.sentence)).toEqual(['你把林晓移出了房间', '你把房间改名为“新名”'])
    const english = await within(useSystemWords, account(), 'en')
    expect(english.sentence(line('member_kicked'))).toBe('You removed 林晓 from the room')
    const mine = message({ kind: 'system', sender: null, system: { event: 'member_banned', actor: person(2, '林晓'), target: person(1, '周舟'), value: null } })
    expect(english.sentence(mine)).toBe('林晓 banned you from the room')
  })

  it('that is not known yet still makes a sentence', async () => {
    const words = await within(useSystemWords, account())
    expect(words.sentence(line('moon_landed'))).toBe('你更改了房间')
  })
})

describe('an error', () => {
  it('is worded here, but for what the server knows better', async () => {
    const text = await within(useErrorText, {})
    expect(text(new ChatError('rate_limited', 'slow down', null, 2.2))).toBe('操作太频繁，请 3 秒后再试')
    expect(text(new ChatError('validation_error', '名字太长'))).toBe('名字太长')
    expect(text(ChatError.network())).toBe('连不上服务器，请检查网络')
    expect(text(new TypeError('x'))).toBe('出了点问题，请再试一次')
  })
})

describe('what I may do', () => {
  const may = (membership: object, room: object = {}) => within(() => usePermissions(7), account({ archived_at: null, rules, ...room, membership: { role: 'member', muted_until: null, ...membership } }))
  const rules = aRoom(7).rules
  const minutesAgo = (minutes: number, sender = 1) => message({ sender: person(sender), created_at: new Date(START.getTime() - minutes * 60_000).toISOString() })

  it('recall my own for two minutes, and everybody\'s as an admin', async () => {
    const member = await may({})
    expect([minutesAgo(1), minutesAgo(3), minutesAgo(1, 2)].map(member.canRecall)).toEqual([true, false, false])
    const admin = await may({ role: 'admin' })
    expect([minutesAgo(3), minutesAgo(600, 2)].map(admin.canRecall)).toEqual([true, true])
  })

  it('what the rules of the room leave to me', async () => {
    const strict = { ...rules, post: 'admins', react: 'everyone', pin: 'admins' }
    const member = await may({}, { rules: strict })
    expect([member.canWrite(), member.canReact(), member.canPin()]).toEqual([false, true, false])
    const admin = await may({ role: 'admin' }, { rules: strict })
    expect([admin.canWrite(), admin.canReact(), admin.canPin()]).toEqual([true, true, true])
  })

  it('edit as long as the server lets me, or the room where it says otherwise', async () => {
    const rows = [minutesAgo(1), minutesAgo(9), minutesAgo(600)]
    expect(rows.map((await may({})).canEdit)).toEqual([true, true, false])
    expect(rows.map((await may({}, { rules: { ...rules, edit_seconds: 120, recall_seconds: null } })).canEdit)).toEqual([true, false, false])
    const anyTime = await may({}, { rules: { ...rules, edit_seconds: 0, recall_seconds: 3600 } })
    expect(rows.map(anyTime.canEdit)).toEqual([true, true, true])
    expect(rows.map(anyTime.canRecall)).toEqual([true, true, false])
  })

  it('write unless muted or in an archive', async () => {
    const soon = new Date(START.getTime() + 60_000).toISOString()
    expect((await may({})).canWrite()).toBe(true)
    expect((await may({ muted_until: soon })).canWrite()).toBe(false)
    expect((await may({ muted_until: '2026-01-01T00:00:00Z' })).canWrite()).toBe(true)
    expect((await may({}, { archived_at: '2026-01-01T00:00:00Z' })).canWrite()).toBe(false)
  })

  it('neither write to somebody whom I have blocked, nor react, pin or edit', async () => {
    const all = ({ canWrite, canReact, canPin, canEdit }: ReturnType<typeof usePermissions>) => [canWrite(), canReact(), canPin(), canEdit(minutesAgo(1))]
    expect(all(await may({}, { peer: person(2, '林晓') }))).toEqual([true, true, true, true])
    expect(all(await may({}, { peer: person(9, '讨厌鬼') }))).toEqual([false, false, false, false])
  })
})

describe('a conversation with somebody who has deleted their account', () => {
  it('is only read', async () => {
    const may = await within(() => usePermissions(7), account({ archived_at: null, rules: aRoom(7).rules, peer: { ...person(2, ''), username: '' }, membership: { role: 'member', muted_until: null } }))
    expect([may.canWrite(), may.canReact(), may.canPin()]).toEqual([false, false, false])
  })
})

describe('a server address', () => {
  it.each([
    ['chat.example.org', 'https://chat.example.org'],
    ['localhost:9000', 'http://localhost:9000'],
    [' http://10.0.0.2:9000/rooms/1 ', 'http://10.0.0.2:9000'],
    ['', null],
    ['http://', null],
  ])('%s → %s', (typed, origin) => expect(originOf(typed)).toBe(origin))
})

function displayName(user: { display_name: string }) {
  return user.display_name
}

function account(room: object = {}) {
  return {
    userId: 1,
    session: { me: person(1, '周舟'), limits: { recall_seconds: 120 }, server: { edit_seconds: 600 } },
    users: { get: () => undefined, nameOf: displayName, ownNameOf: displayName, isGone: ({ username }: { username: string }) => username === '' },
    messages: { timeline: () => ({ rows: [] }) },
    rooms: { get: () => room },
    contacts: { blocks: [person(9, '讨厌鬼')] },
  }
}

function message(more: Partial<Message>): Message {
  return {
    id: 1, room_id: 7, seq: 1, version: 1, kind: 'text', sender: person(2, '林晓'), content: 'hello', nonce: 'n', reply_to: null,
    mentions: [], mention_all: false, mention_here: false, attachments: [], reactions: [], system: null, pinned_at: null, edited_at: null, recalled_at: null,
    created_at: new Date(2026, 10, 23, 9, 30).toISOString(), ...more,
  }
}
