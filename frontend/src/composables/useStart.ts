import type { InjectionKey, Ref } from 'vue'
import { inject, provide, ref } from 'vue'

/** The three ways into a conversation, offered from more than one place. */
export type Start = 'make' | 'join' | 'person'

const startKey: InjectionKey<Ref<Start | null>> = Symbol('start')

export function provideStart(): Ref<Start | null> {
  const start = ref<Start | null>(null)
  provide(startKey, start)
  return start
}

export function useStart(): Ref<Start | null> {
  return inject(startKey)!
}
