/** Waits for it, but not longer than `ms`: it may still come. */
export function within(ms: number, it: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const settle = () => {
      clearTimeout(timer)
      resolve()
    }
    it.then(settle, settle)
  })
}
