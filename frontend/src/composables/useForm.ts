import { nextTick, reactive, ref } from 'vue'
import { ChatError } from '@/api/errors'
import { useErrorText } from './useErrorText'

const PASSWORD_MIN = 8

export const isEmail = (text: string) => /.@./.test(text)
export const isLongEnough = (password: string) => [...password].length >= PASSWORD_MIN

/** A form that is sent: busy while it is, and what went wrong told at its field, or below where no field is to blame. */
export function useForm() {
  const errorText = useErrorText()
  const busy = ref(false)
  const error = ref('')
  const fields = reactive<Record<string, string>>({})

  function clear() {
    error.value = ''
    Object.keys(fields).forEach(name => delete fields[name])
  }

  /** Puts each message at its field. True when all are fine. */
  function check(problems: Record<string, string | false>): boolean {
    clear()
    for (const [name, problem] of Object.entries(problems)) {
      if (problem)
        fields[name] = problem
    }
    void focusFirst()
    return Object.keys(fields).length === 0
  }

  async function send<Answer>(doing: () => Promise<Answer>): Promise<Answer | undefined> {
    if (busy.value)
      return
    busy.value = true
    clear()
    try {
      return await doing()
    }
    catch (failure) {
      tell(failure)
    }
    finally {
      busy.value = false
    }
  }

  function tell(failure: unknown) {
    const blamed = failure instanceof ChatError ? Object.entries(failure.fields ?? {}) : []
    blamed.forEach(([name, words]) => fields[name] = words.join(' '))
    if (!blamed.length)
      error.value = errorText(failure)
    void focusFirst()
  }

  /** To the first field that is not right: there is where the work goes on. */
  async function focusFirst() {
    await nextTick()
    document.querySelector<HTMLElement>('form [aria-invalid=true]')?.focus()
  }

  return { busy, error, fields, check, send }
}
