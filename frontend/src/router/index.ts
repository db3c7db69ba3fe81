import type { Router, RouteRecordRaw } from 'vue-router'
import type { Entrance } from '@/entrance'
import { createRouter, createWebHistory } from 'vue-router'

const routes: RouteRecordRaw[] = [
  { path: '/signin', name: 'signin', component: () => import('@/views/SignView.vue'), meta: { outside: true } },
  { path: '/register', name: 'register', component: () => import('@/views/SignView.vue'), meta: { outside: true } },
  { path: '/invite/:token', name: 'invite', component: () => import('@/views/InviteView.vue'), props: true },
  {
    path: '/',
    component: () => import('@/views/ChatView.vue'),
    children: [
      { path: '', name: 'home', component: () => import('@/views/HomeView.vue') },
      {
        path: 'rooms/:id(\\d+)',
        name: 'room',
        component: () => import('@/views/RoomView.vue'),
        props: route => ({ id: Number(route.params.id) }),
      },
    ],
  },
  { path: '/:lost(.*)*', redirect: '/' },
]

declare module 'vue-router' {
  interface RouteMeta {
    /** For those who are not signed in. */
    outside?: boolean
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
      return { name: to.name === 'invite' ? 'register' : 'signin', query: to.path === '/' ? {} : { next: to.fullPath } }
    if (signedIn && to.meta.outside)
      return { path: '/' }
  })

  return router
}
