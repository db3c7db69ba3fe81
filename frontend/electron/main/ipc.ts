import type { IpcMain } from 'electron'
import type { DesktopCalls } from '../shared/desktop-api'
import { isOwnPage } from './guards'

type Unchecked<Given extends unknown[]> = { [Position in keyof Given]: unknown }
type Answer<Name extends keyof DesktopCalls> = Awaited<ReturnType<DesktopCalls[Name]>>

/** One for each call; its arguments are unknown until it has checked them. */
export type Handlers = {
  [Name in keyof DesktopCalls]: (...given: Unchecked<Parameters<DesktopCalls[Name]>>) => Answer<Name> | Promise<Answer<Name>>
}

interface Sender {
  senderFrame: { url: string, parent: unknown } | null
}

export function answerCalls(ipc: Pick<IpcMain, 'handle'>, handlers: Handlers): void {
  for (const [name, handler] of Object.entries(handlers) as [string, (...given: unknown[]) => unknown][]) {
    ipc.handle(name, (event: Sender, ...given: unknown[]) => {
      if (!isOurs(event))
        throw new Error(`${name} is answered to the client alone.`)
      if (given.length !== handler.length)
        throw new TypeError(`${name} takes ${handler.length} arguments.`)
      return handler(...given)
    })
  }
}

/** The client itself, not something in a frame inside of it. */
function isOurs({ senderFrame }: Sender): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url)
}
