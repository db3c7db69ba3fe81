import type { Router, RouteRecordRaw } from 'vue-router'
import type { Entrance } from '@/entrance'
import { createRouter, createWebHistory } from 'vue-router'

const inside = () => import('@/inside')

const routes: RouteRecordRaw[] = [
  { path: '/signin', name: 'signin', component: () => import('@/views/SignView.vue'), meta: { outside: true } },
  { path: '/register', name: 'register', component: () => import('@/views/SignView.vue'), meta: { outside: true } },
  { path: '/forgot-password', name: 'forgot', component: () => import('@/views/ForgotView.vue'), meta: { outside: true } },
  // These two stand in mails of the server.
  { path: '/reset-password', name: 'reset', component: () => import('@/views/ResetView.vue'), meta: { outside: true, forEveryone: true } },
  { path: '/confirm-email', name: 'confirm', component: () => import('@/views/ConfirmView.vue'), meta: { outside: true, forEveryone: true } },
  { path: '/invite/:token', name: 'invite', component: () => import('@/views/InviteView.vue'), props: true, meta: { outside: true, forEveryone: true } },
  {
    path: '/',
    component: async () => (await inside()).ChatView,
    children: [
      { path: '', name: 'home', component: async () => (await inside()).HomeView },
      {
        path: 'rooms/:id(\\d+)',
        name: 'room',
        component: async () => (await inside()).RoomView,
        props: route => ({ id: Number(route.params.id) }),
      },
    ],
  },
  { path: '/:lost(.*)*', redirect: '/' },
]

declare module 'vue-router' {
  interface RouteMeta {
    /** Stands before the door, and belongs to no account. */
    outside?: boolean
    /** Signed in or not; else what is outside is for those who are not. */
    forEveryone?: boolean
  }
}

/** Plain addresses everywhere: the server and `app://chat` both answer an unknown path with index.html. */
export function createChatRouter(entrance: Entrance): Router {
  const router = createRouter({ history: createWebHistory(), routes })

  router.beforeEach(async (to) => {
    if (entrance.state === 'restoring')
      await entrance.restore()
    const signedIn = entrance.state === 'signed_in'
    if (!signedIn && !to.meta.outside)
      return { name: 'signin', query: to.path === '/' ? {} : { next: to.fullPath } }
    if (signedIn && to.meta.outside && !to.meta.forEveryone)
      return { path: '/' }
  })

  return router
}
