import { join } from 'node:path'
import { app, ipcMain, Menu, powerMonitor, protocol, safeStorage, session } from 'electron'
import { createCalls } from './calls'
import { serveClient } from './client-files'
import { guardContents } from './contents-guards'
import { answerCalls } from './ipc'
import { screenIn, screenOf } from './links'
import { applicationMenu, textMenu } from './menu'
import { guardSession } from './session-guards'
import { openSessions } from './sessions'
import { openSettings } from './settings'
import { closestLocale, textsIn } from './texts'
import { createChatWindow } from './window'

app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

// One program for each user of the machine: two would overwrite each other's sign-in.
if (app.requestSingleInstanceLock())
  start()
else
  app.quit()

function start(): void {
  const inUserData = (name: string) => join(app.getPath('userData'), name)
  const settings = openSettings(inUserData('settings.json'))
  const sessions = openSessions(inUserData('sessions.json'), safeStorage)
  const window = createChatWindow(settings)
  const texts = () => textsIn(settings.read().locale ?? closestLocale(app.getLocale()))
  const showMenu = () => Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(texts())))

  guardContents(app)
  answerCalls(ipcMain, createCalls({
    settings,
    sessions,
    window,
    setLocale(locale) {
      settings.change({ locale })
      showMenu()
    },
  }))
  window.onOpened(({ webContents }) => webContents.on('context-menu', (_event, clicked) => {
    Menu.buildFromTemplate(textMenu(texts(), clicked)).popup()
  }))

  app.on('second-instance', (_event, argv) => window.show(screenIn(argv) ?? undefined))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    void app.whenReady().then(() => window.show(screenOf(link) ?? undefined))
  })
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => process.platform === 'darwin' || app.quit())

  void app.whenReady().then(() => {
    protocol.handle('app', request => serveClient(request, join(app.getAppPath(), 'dist')))
    guardSession(session.defaultSession, () => settings.read().server)
    showMenu()
    for (const waking of ['resume', 'unlock-screen'] as const)
      powerMonitor.on(waking as 'resume', () => window.tell('wake'))
    window.show(screenIn(process.argv) ?? undefined)
  })
}
