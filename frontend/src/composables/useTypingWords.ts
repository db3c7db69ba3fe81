import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'

const NAMED_MAX = 2

export function useTypingWords() {
  const { presence, users, rooms, userId } = useAccount()
  const { t, locale } = useI18n()

  function inRoom(roomId: number): string {
    const ids = presence.typingIn(roomId).filter(id => id !== userId)
    if (!ids.length)
      return ''
    if (ids.length > NAMED_MAX)
      return t('list.someTyping', ids.length)
    const names = ids.map(id => users.nameOf(id))
    return t('list.typingName', { name: names.join(locale.value === 'zh-CN' ? '、' : ', ') }, ids.length)
  }

  /** In the list a direct room needs no name. */
  function inList(roomId: number): string {
    const text = inRoom(roomId)
    return text && rooms.get(roomId)?.kind === 'direct' ? t('list.typing') : text
  }

  return { inRoom, inList }
}
