import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron'
import type { Texts } from './texts'

type Item = MenuItemConstructorOptions

const separator: Item = { type: 'separator' }

export function applicationMenu(texts: Texts): Item[] {
  return [
    { label: texts.file, submenu: [{ role: 'close', label: texts.close }, { role: 'quit', label: texts.quit }] },
    { label: texts.edit, submenu: [
      { role: 'undo', label: texts.undo },
      { role: 'redo', label: texts.redo },
      separator,
      ...clipboardItems(texts),
    ] },
    { label: texts.view, submenu: [
      { role: 'reload', label: texts.reload },
      separator,
      { role: 'resetZoom', label: texts.resetZoom },
      { role: 'zoomIn', label: texts.zoomIn },
      { role: 'zoomOut', label: texts.zoomOut },
      { role: 'togglefullscreen', label: texts.fullscreen },
    ] },
  ]
}

/** A right click on text: Electron shows nothing by itself. Empty where the click means nothing. */
export function textMenu(texts: Texts, clicked: Pick<ContextMenuParams, 'isEditable' | 'selectionText'>): Item[] {
  if (clicked.isEditable)
    return clipboardItems(texts)
  return clicked.selectionText.trim() === '' ? [] : [{ role: 'copy', label: texts.copy }]
}

function clipboardItems(texts: Texts): Item[] {
  return [
    { role: 'cut', label: texts.cut },
    { role: 'copy', label: texts.copy },
    { role: 'paste', label: texts.paste },
    { role: 'selectAll', label: texts.selectAll },
  ]
}
