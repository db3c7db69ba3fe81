import { reactive, watch } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'cosy' | 'compact'

const STORED = 'chat.appearance'
const appearance = reactive<{ theme: Theme, density: Density }>({ theme: 'system', density: 'cosy', ...stored() })

function stored(): object {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}')
  }
  catch {
    return {}
  }
}

/** How this device looks; of the window, not of an account. */
export const useAppearance = () => appearance

export function applyAppearance(): void {
  watch(appearance, ({ theme, density }) => {
    const root = document.documentElement.dataset
    root.density = density
    if (theme === 'system')
      delete root.theme
    else
      root.theme = theme
    localStorage.setItem(STORED, JSON.stringify(appearance))
  }, { immediate: true })
}
