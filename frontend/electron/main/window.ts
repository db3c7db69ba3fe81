import type { DesktopNews } from '../shared/desktop-api'
import type { SettingsFile } from './settings'
import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { CLIENT_ORIGIN } from './guards'
import { openingArea, SMALLEST } from './window-state'

/** The client's canvas, for the moment before it is painted. */
const CANVAS = { light: '#eef2ef', dark: '#111514' }

export interface ChatWindow {
  /** Brings it to the front, and opens it if it was closed. */
  show: (screen?: string) => void
  tell: <Name extends keyof DesktopNews>(news: Name, ...told: Parameters<DesktopNews[Name]>) => void
  onOpened: (prepare: (window: BrowserWindow) => void) => void
}

export function createChatWindow(settings: SettingsFile): ChatWindow {
  let window: BrowserWindow | null = null
  let prepare: (window: BrowserWindow) => void = () => {}

  function open(path: string): void {
    window = build(settings)
    window.on('close', () => window && settings.change({ window: stateOf(window) }))
    window.on('closed', () => window = null)
    prepare(window)
    void window.loadURL(CLIENT_ORIGIN + path)
  }

  const chatWindow: ChatWindow = {
    show(path) {
      if (window === null)
        return open(path ?? '/')
      if (window.isMinimized())
        window.restore()
      window.show()
      window.focus()
      if (path !== undefined)
        chatWindow.tell('open', path)
    },
    tell: (news, ...told) => window?.webContents.send(news, ...told),
    onOpened: preparing => prepare = preparing,
  }
  return chatWindow
}

function build(settings: SettingsFile): BrowserWindow {
  const last = settings.read().window
  const window = new BrowserWindow({
    ...openingArea(last, screen.getAllDisplays().map(display => display.workArea)),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light,
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // Its dictionaries would be fetched from somebody else's server.
      spellcheck: false,
    },
  })
  if (last?.maximized)
    window.maximize()
  window.once('ready-to-show', () => window.show())
  return window
}

function stateOf(window: BrowserWindow) {
  return { ...window.getNormalBounds(), maximized: window.isMaximized() }
}
