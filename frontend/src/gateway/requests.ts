import type { Frame } from './frames'
import type { Commands, CommandType, Replies } from '@/api/types'
import { ChatError, isErrorBody } from '@/api/errors'

/** After this nobody waits any more: the outcome is unknown. */
const TIMEOUT_MS = 10_000

export type Request = <Type extends CommandType>(
  type: Type,
  data: Commands[Type],
  timeout?: number,
) => Promise<Replies[Type]>

export interface Requests {
  request: Request
  /** -> whether the frame answered a request. */
  settle: (frame: Frame) => boolean
  /** The connection is lost: whatever waits is answered no more. */
  abandon: () => void
}

interface Waiting {
  resolve: (data: never) => void
  reject: (error: Error) => void
  timer: ReturnType<typeof setTimeout>
}

export function createRequests(write: (frame: Frame) => void): Requests {
  const waiting = new Map<string, Waiting>()
  let lastId = 0

  function take(id: string): Waiting | undefined {
    const request = waiting.get(id)
    if (request !== undefined)
      clearTimeout(request.timer)
    waiting.delete(id)
    return request
  }

  function giveUp(id: string, reason: string): void {
    take(id)?.reject(ChatError.network(reason))
  }

  return {
    request: (type, data, timeout = TIMEOUT_MS) => new Promise((resolve, reject) => {
      const id = String(++lastId)
      const timer = setTimeout(giveUp, timeout, id, `No answer to ${type}.`)
      waiting.set(id, { resolve, reject, timer })
      try {
        write({ type, id, data })
      }
      catch (error) {
        take(id)?.reject(error as Error)
      }
    }),
    settle({ id, type, data }) {
      const request = id === undefined ? undefined : take(id)
      if (type === 'error' && isErrorBody(data))
        request?.reject(ChatError.of(data))
      else
        request?.resolve(data as never)
      return request !== undefined
    },
    abandon: () => [...waiting.keys()].forEach(id => giveUp(id, 'The connection was lost.')),
  }
}
