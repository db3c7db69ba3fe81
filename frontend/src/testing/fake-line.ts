import type { Frame } from '@/gateway/frames'

/** Both ends of one WebSocket. */
export class FakeLine {
  readyState: number = WebSocket.CONNECTING
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  /** The server has said `ready`. */
  isReady = false

  constructor(private readonly onFrame: (frame: Frame) => void, private readonly onGone: () => void) {}

  /* ---- the client's end ---- */

  send(text: string): void {
    const frame = JSON.parse(text) as Frame
    setTimeout(() => this.isOpen && this.onFrame(frame), 1)
  }

  close(): void {
    this.readyState = WebSocket.CLOSED
    this.onGone()
  }

  /* ---- the server's end ---- */

  accept(): void {
    if (this.readyState !== WebSocket.CONNECTING)
      return this.onGone()
    this.readyState = WebSocket.OPEN
    this.onopen?.()
  }

  deliver(frame: Frame, ms: number): void {
    setTimeout(() => this.isOpen && this.onmessage?.({ data: JSON.stringify(frame) }), ms)
  }

  drop(code: number): void {
    this.readyState = WebSocket.CLOSED
    this.onGone()
    this.onclose?.({ code })
  }

  private get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN
  }
}
