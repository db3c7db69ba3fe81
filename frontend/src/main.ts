import { createApp, watch } from 'vue'
import App from './App.vue'
import { createEntrance, entranceKey } from './entrance'
import { i18n, preferredLocale, setLocale } from './i18n'
import { createPlatform } from './platform'
import { createChatRouter } from './router'

const platform = createPlatform()
const locale = i18n.global.locale
const entrance = createEntrance({ platform, locale: () => locale.value })
watch(locale, platform.setLocale)

// What an account needs is loaded beside the texts, not after them.
void entrance.restore()
await setLocale(preferredLocale())
createApp(App)
  .provide(entranceKey, entrance)
  .use(i18n)
  .use(createChatRouter(entrance))
  .mount('#app')
