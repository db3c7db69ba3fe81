import type { ErrorBody, ErrorCode } from './types'

/** A refusal in the words of the contract; `network` when no answer came, and nobody knows what happened. */
export class ChatError extends Error {
  override readonly name = 'ChatError'

  constructor(
    readonly code: ErrorCode | 'network',
    message: string,
    readonly fields: Record<string, string[]> | null = null,
    /** Seconds. */
    readonly retry_after: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  static of(body: ErrorBody): ChatError {
    return new ChatError(body.code, body.message, body.fields, body.retry_after)
  }

  static network(cause?: unknown): ChatError {
    return new ChatError('network', 'The server did not answer.', null, null, { cause })
  }

  static async fromResponse(response: Response): Promise<ChatError> {
    const body: unknown = await response.json().catch(() => null)
    if (isErrorBody(body))
      return ChatError.of(body)
    // Not our server's words: a proxy or a load balancer answered in its place.
    return new ChatError('unavailable', `HTTP ${response.status}`)
  }
}

export function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'
}

const PASSING: ReadonlySet<ChatError['code']> = new Set([
  'network',
  'unavailable',
  'rate_limited',
  'token_expired',
  'authentication_failed',
])

/** The same request may succeed later: it says nothing about its content. */
export function isPassing(error: unknown): boolean {
  return error instanceof ChatError && PASSING.has(error.code)
}
