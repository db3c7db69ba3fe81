import type { InjectionKey } from 'vue'
import type { Account, SessionEnd } from './account'
import type { DemoLogin, Health, InvitePreview, LoginBody, RegisterBody, Server, SignedIn } from './api/types'
import type { Platform } from './platform/platform'
import { shallowReactive } from 'vue'
import { createClient } from './api/client'
import { createDoor } from './api/door'
import { forgetOthers } from './cache/device'
import { speakInside } from './i18n'

export type Waiting = SignedIn['waits_for']
export type Farewell = 'signed_out' | SessionEnd

/** Who is signed in on this device. */
export interface Entrance {
  readonly platform: Platform
  readonly state: 'restoring' | 'signed_out' | 'signed_in'
  readonly server: string
  readonly account: Account | null
  /** Why the last account ended; null when none did. */
  readonly farewell: Farewell | null
  restore: () => Promise<void>
  signIn: (body: LoginBody) => Promise<Waiting>
  /** -> null when signed in, else what the new account still waits for. */
  register: (body: RegisterBody) => Promise<Waiting>
  signOut: () => Promise<void>
  requestPasswordReset: (email: string) => Promise<void>
  confirmPasswordReset: (token: string, password: string) => Promise<void>
  confirmEmail: (token: string) => Promise<void>
  /** -> where a link leads that somebody was sent. */
  previewInvite: (token: string) => Promise<InvitePreview>
  changeServer: (origin: string) => Promise<void>
  /** -> how the server, or one at another address, is doing. */
  checkServer: (origin?: string) => Promise<Health>
  /** -> what the server is called, and who may register there. */
  askServer: () => Promise<Server>
  /** -> accounts that anybody may look around with; none where the server is no demo. */
  demoLogins: () => Promise<DemoLogin[]>
}

export const entranceKey: InjectionKey<Entrance> = Symbol('entrance')

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

export interface EntranceOptions {
  platform: Platform
  locale: () => string
}

export function createEntrance({ platform, locale }: EntranceOptions): Entrance {
  let restoring: Promise<void> | null = null
  /** A browser keeps the refresh token where no script can read it. */
  const howToKeep = platform.kind === 'web' ? { cookie: true } : {}
  const door = () => doorAt(entrance.server)
  const doorAt = (server: string) => createDoor(createClient({ server, locale }))
  /** Signing out in one tab signs out all tabs of the browser, which share the cookie. */
  const otherTabs = new BroadcastChannel('chat.entrance')

  const entrance: Writable<Entrance> = shallowReactive<Writable<Entrance>>({
    platform,
    state: 'restoring',
    server: '',
    account: null,
    farewell: null,

    restore: () => restoring ??= restore(),

    async signIn(body) {
      return welcome(await door().login({ ...body, ...howToKeep }))
    },

    async register(body) {
      return welcome(await door().register({ ...body, ...howToKeep }))
    },

    async signOut() {
      const { account } = entrance
      if (account === null)
        return
      await account.logout()
      otherTabs.postMessage(account.userId)
      await leave(account, 'signed_out')
    },

    requestPasswordReset: email => door().requestPasswordReset(email),
    confirmPasswordReset: (token, password) => door().confirmPasswordReset(token, password),
    confirmEmail: token => door().confirmEmail(token),

    previewInvite: token => door().previewInvite(token),

    async changeServer(origin) {
      const server = new URL(origin).origin
      await platform.server.save(server)
      entrance.server = server
    },

    checkServer: (origin = entrance.server) => doorAt(new URL(origin).origin).health(),
    askServer: () => door().server(),
    demoLogins: () => door().demoLogins(),
  })

  /** Does not wait for the network: whoever was here last is let in, and sent out when the server says so. */
  async function restore(): Promise<void> {
    entrance.server = await platform.server.load()
    const userId = platform.lastUser.load(entrance.server)
    void forgetOthers(entrance.server, userId)
    if (userId === null)
      entrance.state = 'signed_out'
    else
      await enter(userId)
  }

  async function welcome({ user, access, refresh, waits_for }: SignedIn): Promise<Waiting> {
    if (access === null)
      return waits_for
    if (refresh !== null)
      await platform.refreshTokens(entrance.server, user.id).save(refresh)
    platform.lastUser.save(entrance.server, user.id)
    const account = await enter(user.id, access)
    account.session.setMe(user)
    return null
  }

  async function enter(userId: number, access?: string): Promise<Account> {
    // Most of the client hangs on an account: the door is shown without it.
    const [{ createAccount }] = await Promise.all([import('./inside'), speakInside()])
    const account = createAccount({
      server: entrance.server,
      userId,
      platform,
      door: door(),
      locale,
      access,
      onSessionOver: end => void leave(account, end),
    })
    entrance.account = account
    entrance.farewell = null
    entrance.state = 'signed_in'
    void account.start()
    return account
  }

  async function leave(account: Account, farewell: Farewell): Promise<void> {
    if (entrance.account !== account)
      return
    entrance.account = null
    entrance.farewell = farewell
    entrance.state = 'signed_out'
    platform.lastUser.clear(account.server)
    await account.forget()
  }

  otherTabs.onmessage = ({ data }) => {
    const { account } = entrance
    if (account !== null && account.userId === data)
      void leave(account, 'signed_out')
  }

  return entrance
}
