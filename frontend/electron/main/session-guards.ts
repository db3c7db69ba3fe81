import type { Session } from 'electron'
import { mayHave, mayRequest } from './guards'

/** What pages may ask of the system and of the network. */
export function guardSession(session: Session, server: () => string): void {
  session.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin))
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(mayHave(permission, new URL(contents.getURL()).origin))
  })
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayRequest(url, server()) }))
}
