import type { Component } from 'vue'
import type { Dialog } from '@/composables/useDialogs'

/** Each dialog, loaded when it is first opened, or ahead of that (`useLaterParts`). */
export const DIALOG_PARTS: Record<Dialog['kind'], () => Promise<Component>> = {
  switcher: () => import('./SwitcherDialog.vue'),
  settings: () => import('@/components/settings/SettingsDialog.vue'),
  shortcuts: () => import('@/components/settings/ShortcutsDialog.vue'),
  room: () => import('@/components/room/settings/RoomSettingsDialog.vue'),
  invite: () => import('@/components/room/InviteDialog.vue'),
  announcement: () => import('@/components/room/AnnouncementDialog.vue'),
  friends: () => import('@/components/user/FriendsDialog.vue'),
  person: () => import('./FindPersonDialog.vue'),
  directory: () => import('./DirectoryDialog.vue'),
  make: () => import('./MakeRoomDialog.vue'),
  join: () => import('./JoinRoomDialog.vue'),
  group: () => import('./GroupDialog.vue'),
  leave: () => import('@/components/room/LeaveDialog.vue'),
  member: () => import('@/components/room/MemberActionDialog.vue'),
  befriend: () => import('@/components/user/BefriendDialog.vue'),
  remark: () => import('@/components/user/RemarkDialog.vue'),
  block: () => import('@/components/user/BlockDialog.vue'),
  report: () => import('@/components/user/ReportDialog.vue'),
}

export const personCardPart = (): Promise<Component> => import('@/components/user/PersonCard.vue')
