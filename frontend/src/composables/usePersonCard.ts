import type { InjectionKey, ShallowRef } from 'vue'
import { inject, provide, shallowRef } from 'vue'

interface OpenCard { userId: number, at: Element | DOMPoint }

export interface PersonCards {
  readonly current: ShallowRef<OpenCard | null>
  open: (userId: number, at: Element | DOMPoint) => void
  close: () => void
}

const cardKey: InjectionKey<PersonCards> = Symbol('person card')

/** One card of a person in the window, beside whatever names them. */
export function providePersonCard(): PersonCards {
  const current = shallowRef<OpenCard | null>(null)
  const cards = {
    current,
    open: (userId: number, at: Element | DOMPoint) => current.value = { userId, at },
    close: () => current.value = null,
  }
  provide(cardKey, cards)
  return cards
}

export function usePersonCard(): PersonCards {
  const cards = inject(cardKey)
  if (!cards)
    throw new Error('There is no person card above this component: providePersonCard() is missing.')
  return cards
}
