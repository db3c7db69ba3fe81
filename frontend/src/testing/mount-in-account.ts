import type { Component } from 'vue'
import type { Account } from '@/account'
import { mount } from '@vue/test-utils'
import { accountKey } from '@/account'
import { i18n, setLocale, speakInside } from '@/i18n'

/** For tests: a component inside an account that has only what the test gives it. */
export async function mountInAccount(component: Component, account: object, options: { props?: object, locale?: 'zh-CN' | 'en' } = {}) {
  await speakInside()
  await setLocale(options.locale ?? 'zh-CN')
  return mount(component, {
    props: options.props ?? {},
    attachTo: document.body,
    global: { plugins: [i18n], provide: { [accountKey as symbol]: account as Account } },
  })
}

export const person = (id: number, name = `用户${id}`) =>
  ({ id, username: `user${id}`, display_name: name, avatar_url: null, is_bot: false })
