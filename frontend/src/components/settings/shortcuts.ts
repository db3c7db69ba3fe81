import type { Preferences } from '@/api/types'

/** What the keyboard does, by place: the cheat sheet. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export const shortcuts = (sendKey: Preferences['send_key']) => ({
  everywhere: [
    ['switch', ['Mod', 'K']],
    ['sheet', ['Mod', '/']],
    ['settings', ['Mod', ',']],
    ['nextRoom', ['Alt', '↓']],
    ['previousRoom', ['Alt', '↑']],
    ['region', ['F6']],
    ['close', ['Esc']],
  ],
  inMessages: [
    ['walk', ['↑', '↓']],
    ['menu', ['Enter']],
    ['reply', ['R']],
    ['edit', ['E']],
    ['react', ['+']],
    ['copy', ['C']],
    ['copyLink', ['L']],
    ['pin', ['P']],
    ['markUnread', ['U']],
    ['recall', ['Del']],
    ['person', ['I']],
    ['markRead', ['Esc']],
    ['readAll', ['Shift', 'Esc']],
  ],
  whileWriting: [
    ['send', sendKey === 'enter' ? ['Enter'] : ['Mod', 'Enter']],
    ['newLine', sendKey === 'enter' ? ['Shift', 'Enter'] : ['Enter']],
    ['editLast', ['↑']],
    ['mention', ['@']],
    ['emoji', [':']],
    ['bold', ['Mod', 'B']],
    ['italic', ['Mod', 'I']],
    ['strike', ['Mod', 'Shift', 'X']],
    ['code', ['Mod', 'E']],
    ['leave', ['Esc']],
  ],
  amongMembers: [
    ['walk', ['↑', '↓']],
    ['edges', ['Home', 'End']],
    ['person', ['Enter']],
  ],
} as const)

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform)
export const keyName = (key: string) => key === 'Mod' ? (isMac() ? '⌘' : 'Ctrl') : key
