import type { Component } from 'vue'
import { shallowRef } from 'vue'

const drawer = shallowRef<Component | null>(null)
let loading: Promise<void> | undefined

export function loadMarkdown(): Promise<void> {
  return loading ??= import('@/components/message/MarkdownText.vue').then(
    ({ default: component }) => void (drawer.value = component),
    (error) => {
      loading = undefined
      throw error
    },
  )
}

/** What draws Markdown, once it is loaded; until then messages stand as they were written. */
export function useMarkdown() {
  loadMarkdown().catch(() => {})
  return drawer
}
