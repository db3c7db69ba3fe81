import type { Platform } from './platform'
import { createDesktopPlatform } from './desktop'
import { createWebPlatform } from './web'

export function createPlatform(): Platform {
  return window.desktop === undefined ? createWebPlatform() : createDesktopPlatform(window.desktop)
}
