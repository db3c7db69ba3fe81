import type { DesktopApi, DesktopCalls, DesktopNews } from '../shared/desktop-api'
import { contextBridge, ipcRenderer } from 'electron'

declare const __VERSION__: string

const desktop: DesktopApi = {
  version: __VERSION__,
  platform: process.platform as DesktopApi['platform'],
  server: { get: call('server.get'), set: call('server.set') },
  session: { load: call('session.load'), save: call('session.save'), clear: call('session.clear') },
  setLocale: call('setLocale'),
  openExternal: call('openExternal'),
  notify: call('notify'),
  closeNotification: call('closeNotification'),
  setBadge: call('setBadge'),
  onOpen: listener => hear('open', listener),
  onWake: listener => hear('wake', listener),
}

contextBridge.exposeInMainWorld('desktop', desktop)

function call<Name extends keyof DesktopCalls>(name: Name): DesktopCalls[Name] {
  return ((...given: unknown[]) => ipcRenderer.invoke(name, ...given)) as DesktopCalls[Name]
}

/** The event itself stays here: it would hand the page a sender. */
function hear<Name extends keyof DesktopNews>(name: Name, listener: DesktopNews[Name]): () => void {
  const heard = (_event: unknown, ...told: unknown[]) => (listener as (...told: unknown[]) => void)(...told)
  ipcRenderer.on(name, heard)
  return () => void ipcRenderer.off(name, heard)
}
