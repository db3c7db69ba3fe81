import { onScopeDispose, ref } from 'vue'

const GATHER_MS = 600

/** Words for a screen reader about what just came in: one message by itself, a burst as a number. */
export function useAnnouncer(sumUp: (count: number) => string) {
  const said = ref('')
  let waiting: string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function announce(text: string) {
    waiting.push(text)
    timer ??= setTimeout(speak, GATHER_MS)
  }

  function speak() {
    timer = undefined
    said.value = waiting.length === 1 ? waiting[0]! : sumUp(waiting.length)
    waiting = []
  }

  onScopeDispose(() => clearTimeout(timer))
  return { said, announce }
}
