const TEXTS = {
  'zh-CN': {
    file: '文件',
    quit: '退出',
    close: '关闭窗口',
    edit: '编辑',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    selectAll: '全选',
    view: '显示',
    reload: '重新载入',
    resetZoom: '实际大小',
    zoomIn: '放大',
    zoomOut: '缩小',
    fullscreen: '全屏',
  },
  'en': {
    file: 'File',
    quit: 'Quit',
    close: 'Close window',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    view: 'View',
    reload: 'Reload',
    resetZoom: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullscreen: 'Full screen',
  },
} as const

export type Locale = keyof typeof TEXTS
export type Texts = Record<keyof (typeof TEXTS)['en'], string>

export const isLocale = (claimed: unknown): claimed is Locale => typeof claimed === 'string' && Object.hasOwn(TEXTS, claimed)
export const closestLocale = (tag: string): Locale => tag.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
export const textsIn = (locale: Locale): Texts => TEXTS[locale]
