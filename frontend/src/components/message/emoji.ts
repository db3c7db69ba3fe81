/** Offered before anything is searched: what people answer with most. */
export const QUICK_EMOJI = ['👍', '🎉', '❤️', '😂', '😮', '😢', '🙏', '👏', '🔥', '👀', '✅', '💯', '😍', '🤔', '😅', '😎', '🥳', '💪', '👌', '🤝', '🌹', '☕', '🚀', '➕'] as const
