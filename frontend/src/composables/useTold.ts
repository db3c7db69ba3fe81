import { useErrorText } from './useErrorText'
import { useToasts } from './useToasts'

/** For a press that has no field or line of its own where a failure could be told. */
export function useTold() {
  const errorText = useErrorText()
  const toasts = useToasts()
  return async (doing: Promise<unknown>): Promise<boolean> => {
    try {
      await doing
      return true
    }
    catch (error) {
      toasts.show(errorText(error), { bad: true })
      return false
    }
  }
}
