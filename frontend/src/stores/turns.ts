/** Answers may overtake each other: what was asked for later knows more. */
export function createTurns() {
  let asked = 0
  let shown = 0

  return {
    /** Call it before asking. -> whether the answer, now that it is here, is newer than what is shown. */
    ask(): () => boolean {
      const turn = ++asked
      return () => {
        const isNews = turn > shown
        shown = Math.max(shown, turn)
        return isNews
      }
    },
  }
}
