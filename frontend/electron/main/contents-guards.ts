import type { App, Event, WebContents } from 'electron'
import { shell } from 'electron'
import { isExternal, isOwnPage } from './guards'

/** Whatever shows pages in this program stays with the client's own. */
export function guardContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => guard(contents))
}

function guard(contents: WebContents): void {
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternal(url))
      void shell.openExternal(url)
    return { action: 'deny' }
  })
}

const stay = (event: Event<{ url: string }>) => isOwnPage(event.url) || event.preventDefault()
