import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { defineComponent, reactive } from 'vue'
import { ChatError } from '@/api/errors'
import { mountInAccount } from '@/testing/mount-in-account'
import { useOptimistic } from './useOptimistic'

type Save = (patch: Partial<{ post: string, slow: number }>) => Promise<unknown>

async function rules(save: Save) {
  const stored = reactive({ post: 'everyone', slow: 0 })
  let choice: ReturnType<typeof useOptimistic<typeof stored>>
  await mountInAccount(defineComponent(() => {
    choice = useOptimistic(() => stored, patch => save(patch))
    return () => null
  }), {})
  return { stored, choice: choice! }
}

it('shows what was chosen before the server has agreed', async () => {
  const { choice } = await rules(() => new Promise(() => {}))
  choice.field('post').value = 'admins'
  expect(choice.shown.value).toEqual({ post: 'admins', slow: 0 })
})

it('goes back when the server refuses', async () => {
  const { choice } = await rules(() => Promise.reject(new ChatError('permission_denied', 'No.')))
  expect(await choice.set({ post: 'admins' })).toBe(false)
  expect(choice.shown.value.post).toBe('everyone')
})

it('keeps the later of two quick choices while the first is answered', async () => {
  const answers: (() => void)[] = []
  const save = vi.fn<Save>(() => new Promise<void>(resolve => answers.push(resolve)))
  const { choice, stored } = await rules(save)
  void choice.set({ slow: 5 })
  void choice.set({ slow: 10 })
  stored.slow = 5
  answers[0]!()
  await flushPromises()
  expect(choice.shown.value.slow).toBe(10)
})
