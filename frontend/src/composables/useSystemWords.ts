import type { Message, Sender } from '@/api/types'
import { useI18n } from 'vue-i18n'
import { useAccount } from './useAccount'
import { useNameOf } from './useNameOf'

/** Words a system line in the reader's language; an event that is not known yet still makes a sentence. */
export function useSystemWords() {
  const { userId } = useAccount()
  const { t, te } = useI18n()
  const nameOf = useNameOf()

  /** `me`: what I am called, which depends on the place in the sentence. */
  function name(who: Sender | null, me: string): string {
    return who?.id === userId ? me : nameOf(who)
  }

  function of({ system }: Message) {
    const keypath = `system.${system?.event}`
    return {
      keypath: te(keypath) ? keypath : 'system.other',
      actor: name(system?.actor ?? null, t('message.me')),
      target: name(system?.target ?? null, t('message.you')),
      value: String(system?.value ?? ''),
    }
  }

  function sentence(message: Message): string {
    const { keypath, ...values } = of(message)
    return t(keypath, values)
  }

  return { of, sentence }
}
