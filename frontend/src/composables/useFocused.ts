import { onBeforeUnmount, ref } from 'vue'

/** True while a person is at this window: only then is anything read. */
export function useFocused() {
  const focused = ref(document.hasFocus() && !document.hidden)
  const look = () => focused.value = document.hasFocus() && !document.hidden
  const events = ['focus', 'blur'] as const
  events.forEach(name => window.addEventListener(name, look))
  document.addEventListener('visibilitychange', look)
  onBeforeUnmount(() => {
    events.forEach(name => window.removeEventListener(name, look))
    document.removeEventListener('visibilitychange', look)
  })
  return focused
}
