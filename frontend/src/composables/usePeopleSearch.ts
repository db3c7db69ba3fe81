import type { User } from '@/api/types'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useAccount } from './useAccount'
import { useErrorText } from './useErrorText'

const PAUSE_MS = 200

/** People found while one types. An answer that comes after the next question is dropped. */
export function usePeopleSearch() {
  const { users } = useAccount()
  const errorText = useErrorText()
  const words = ref('')
  const people = shallowRef<User[]>([])
  const searched = ref('')
  const failure = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(words, (typed) => {
    clearTimeout(timer)
    if (typed.trim())
      timer = setTimeout(search, PAUSE_MS, typed.trim())
    else
      show('', [])
  })
  onScopeDispose(() => clearTimeout(timer))

  async function search(q: string) {
    try {
      const found = await users.search(q)
      if (words.value.trim() === q)
        show(q, found)
    }
    catch (error) {
      failure.value = errorText(error)
    }
  }

  function show(q: string, found: User[]) {
    searched.value = q
    people.value = found
    failure.value = ''
  }

  return { words, people, searched, failure }
}
