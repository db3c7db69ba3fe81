/** What only those need who are signed in. It comes in one piece: a chain of files would be a chain of waits. */
export { createAccount } from './account'
export { default as ChatView } from './views/ChatView.vue'
export { default as HomeView } from './views/HomeView.vue'
export { default as RoomView } from './views/RoomView.vue'
