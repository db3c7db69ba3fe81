/** Calls `listener` when the browser has lost its network. Returns how to stop. */
export function onPageOffline(listener: () => void): () => void {
  window.addEventListener('offline', listener)
  return () => window.removeEventListener('offline', listener)
}

/** Calls `listener` when the page comes back online or is looked at again. Returns how to stop. */
export function onPageRevived(listener: () => void): () => void {
  const onVisible = () => document.visibilityState === 'visible' && listener()
  window.addEventListener('online', listener)
  document.addEventListener('visibilitychange', onVisible)
  return () => {
    window.removeEventListener('online', listener)
    document.removeEventListener('visibilitychange', onVisible)
  }
}

/** Calls `listener` when nobody looks at the page any more, or it is about to end. Returns how to stop. */
export function onPageHidden(listener: () => void): () => void {
  const onHidden = () => document.visibilityState === 'hidden' && listener()
  document.addEventListener('visibilitychange', onHidden)
  window.addEventListener('pagehide', listener)
  return () => {
    document.removeEventListener('visibilitychange', onHidden)
    window.removeEventListener('pagehide', listener)
  }
}
