import type { Dialogs } from './useDialogs'
import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'
import { useToasts } from './useToasts'

/** Says at once that somebody asks to be friends, or has said yes. */
export function useContactNews(dialogs: Dialogs) {
  const { contacts, users } = useAccount()
  const { t } = useI18n()
  const toasts = useToasts()
  const action = { label: t('friends.look'), run: () => dialogs.open({ kind: 'friends', tab: 'requests' }) }
  let isNews = contacts.loaded

  watch(() => contacts.requests, (requests, before) => {
    const known = new Set(before.map(({ user }) => user.id))
    const asking = requests.filter(({ user, direction }) => direction === 'in' && !known.has(user.id))
    const agreed = before.filter(({ user, direction }) => direction === 'out' && contacts.friends.some(({ id }) => id === user.id))
    // The first list is no news, and whoever has it open sees it.
    if (isNews && dialogs.current.value?.kind !== 'friends')
      asking.forEach(({ user }) => toasts.show(t('friends.asksYou', { name: users.nameOf(user) }), { action }))
    agreed.forEach(({ user }) => toasts.show(t('friends.saidYes', { name: users.nameOf(user) })))
    isNews = true
  })
}
