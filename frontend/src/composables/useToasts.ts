import { reactive, readonly } from 'vue'

const SHOWN_MS = 5000
/** For what asks something of the reader. */
const ASKING_MS = 12_000

export interface ToastAction { label: string, run: () => void }
export interface Toast { id: number, text: string, bad: boolean, action: ToastAction | undefined }

const toasts = reactive<Toast[]>([])
let count = 0

/** For what has no place of its own on the screen; of the window, not of an account. */
export function useToasts() {
  function show(text: string, { bad = false, action }: { bad?: boolean, action?: ToastAction } = {}) {
    const id = ++count
    toasts.push({ id, text, bad, action })
    setTimeout(dismiss, action ? ASKING_MS : SHOWN_MS, id)
  }

  function dismiss(id: number) {
    const at = toasts.findIndex(toast => toast.id === id)
    if (at >= 0)
      toasts.splice(at, 1)
  }

  return { toasts: readonly(toasts), show, dismiss }
}
