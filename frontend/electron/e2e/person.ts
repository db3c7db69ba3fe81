import { once } from 'node:events'

export const PASSWORD = 'correct horse battery'
const PATIENCE_MS = 30_000

interface Frame {
  type: string
  data: { message?: { content: string } }
}

/** Somebody with another client: the wire contract and nothing else. */
export class Person {
  private readonly frames: Frame[] = []
  private readonly arrived = new EventTarget()
  private socket: WebSocket | null = null

  private constructor(private readonly server: string, private readonly access: string) {}

  static async register(server: string, username: string): Promise<Person> {
    const body = { username, email: `${username}@example.org`, password: PASSWORD }
    const { access } = await send<{ access: string }>(server, 'POST', '/api/auth/register', body)
    return new Person(server, access)
  }

  call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    return send(this.server, method, path, body, this.access)
  }

  say(roomId: number, content: string, mentions: number[] = []): Promise<unknown> {
    return this.call('POST', `/api/rooms/${roomId}/messages`, { content, mentions })
  }

  async listen(): Promise<void> {
    this.socket = new WebSocket(`${this.server.replace('http', 'ws')}/ws/`)
    this.socket.onmessage = ({ data }) => {
      this.frames.push(JSON.parse(data))
      this.arrived.dispatchEvent(new Event('frame'))
    }
    await once(this.socket, 'open')
    this.socket.send(JSON.stringify({ type: 'authenticate', id: '1', data: { token: this.access } }))
    await this.expect(frame => frame.type === 'ready')
  }

  hears(content: string): Promise<Frame> {
    return this.expect(({ type, data }) => type === 'new_message' && data.message?.content === content)
  }

  leave(): void {
    this.socket?.close()
  }

  private async expect(wanted: (frame: Frame) => boolean): Promise<Frame> {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const frame = this.frames.find(wanted)
      if (frame !== undefined)
        return frame
      await once(this.arrived, 'frame', { signal: patience })
        .catch(() => { throw new Error(`It did not come; there were ${this.frames.map(({ type }) => type).join(', ')}.`) })
    }
  }
}

async function send<Answer>(server: string, method: string, path: string, body?: object, access?: string): Promise<Answer> {
  const answer = await fetch(server + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(access && { Authorization: `Bearer ${access}` }) },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (!answer.ok)
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return await answer.json() as Answer
}
