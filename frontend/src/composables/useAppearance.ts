import type { Preferences } from '@/api/types'
import { reactive, watch } from 'vue'

export interface Appearance {
  theme: Preferences['theme']
  density: 'cosy' | 'compact'
  layout: Preferences['message_style']
  scale: Preferences['font_scale']
}

const STORED = 'chat.appearance'
const appearance = reactive<Appearance>({ theme: 'system', density: 'cosy', layout: 'flat', scale: 'normal', ...stored() })

function stored(): object {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}')
  }
  catch {
    return {}
  }
}

/** How this window looks. It is remembered on the device, so that the door and the first paint look so, too. */
export const useAppearance = () => appearance

export function applyAppearance(): void {
  watch(appearance, ({ theme, density, layout, scale }) => {
    const root = document.documentElement.dataset
    Object.assign(root, { density, layout, scale })
    if (theme === 'system')
      delete root.theme
    else
      root.theme = theme
    localStorage.setItem(STORED, JSON.stringify(appearance))
  }, { immediate: true })
}

/** Whoever is signed in is shown the chat as they like it. */
export function followPreferences(preferences: () => Preferences | null): void {
  watch(preferences, (mine) => {
    if (mine) {
      const { theme, density, message_style: layout, font_scale: scale } = mine
      Object.assign(appearance, { theme, layout, scale, density: density === 'compact' ? 'compact' : 'cosy' })
    }
  }, { immediate: true })
}
