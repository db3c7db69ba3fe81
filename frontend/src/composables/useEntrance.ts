import type { Entrance } from '@/entrance'
import { inject } from 'vue'
import { entranceKey } from '@/entrance'

export function useEntrance(): Entrance {
  const entrance = inject(entranceKey)
  if (entrance === undefined)
    throw new Error('There is no entrance here: app.provide(entranceKey, …) is missing.')
  return entrance
}
