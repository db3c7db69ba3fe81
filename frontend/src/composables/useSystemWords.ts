import type { Message, Sender } from '@/api/types'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'

/** Words a system line in the reader's language; an event that is not known yet still makes a sentence. */
export function useSystemWords() {
  const { users, userId } = useAccount()
  const { t, te } = useI18n()

  function name(who: Sender | null): string {
    if (!who)
      return t('message.someone')
    return who.id === userId ? t('message.me') : users.nameOf(who)
  }

  function of({ system }: Message) {
    const keypath = `system.${system?.event}`
    return {
      keypath: te(keypath) ? keypath : 'system.other',
      actor: name(system?.actor ?? null),
      target: name(system?.target ?? null),
      value: String(system?.value ?? ''),
    }
  }

  function sentence(message: Message): string {
    const { keypath, ...values } = of(message)
    return t(keypath, values)
  }

  return { of, sentence }
}
