import type { InjectionKey, ShallowRef } from 'vue'
import { inject, provide, shallowRef } from 'vue'

export type SettingsTab = 'profile' | 'appearance' | 'notices' | 'privacy' | 'devices' | 'account'
export type RoomTab = 'about' | 'rules' | 'entry' | 'people' | 'end'
export type FriendsTab = 'friends' | 'requests' | 'blocks'
export type MemberAction = 'mute' | 'kick' | 'ban'

/** Everything that opens over a conversation. */
export type Dialog
  = | { kind: 'make' | 'join' | 'person' | 'directory' | 'switcher' | 'shortcuts' }
    | { kind: 'group', userIds?: number[] }
    | { kind: 'friends', tab?: FriendsTab }
    | { kind: 'settings', tab?: SettingsTab }
    | { kind: 'room', roomId: number, tab?: RoomTab }
    | { kind: 'invite' | 'leave' | 'announcement', roomId: number }
    | { kind: 'member', roomId: number, userId: number, action: MemberAction }
    | { kind: 'befriend' | 'remark' | 'block', userId: number }
    | { kind: 'report', userId: number, messageId?: number }

export interface Dialogs {
  readonly current: ShallowRef<Dialog | null>
  /** One at a time: another one takes the place of the first. */
  open: (dialog: Dialog) => void
  close: () => void
}

const dialogsKey: InjectionKey<Dialogs> = Symbol('dialogs')

export function provideDialogs(): Dialogs {
  const current = shallowRef<Dialog | null>(null)
  const dialogs = { current, open: (dialog: Dialog) => current.value = dialog, close: () => current.value = null }
  provide(dialogsKey, dialogs)
  return dialogs
}

export function useDialogs(): Dialogs {
  const dialogs = inject(dialogsKey)
  if (!dialogs)
    throw new Error('There are no dialogs above this component: provideDialogs() is missing.')
  return dialogs
}
