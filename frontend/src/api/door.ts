import type { Client } from './client'
import type * as wire from './types'

/** Calls that anyone may make, signed in or not. */
export function createDoor({ call }: Client) {
  return {
    register: (body: wire.RegisterBody) =>
      call<wire.SignedIn>('POST', '/api/auth/register', { body, withCookie: true }),
    login: (body: wire.LoginBody) => call<wire.SignedIn>('POST', '/api/auth/login', { body, withCookie: true }),
    refresh: (refresh: string | null) =>
      call<wire.Tokens>('POST', '/api/auth/refresh', { body: refresh === null ? {} : { refresh }, withCookie: true }),
    logout: (refresh: string | null) =>
      call<void>('POST', '/api/auth/logout', { body: refresh === null ? {} : { refresh }, withCookie: true }),
    requestPasswordReset: (email: string) => call<void>('POST', '/api/auth/password/reset', { body: { email } }),
    confirmPasswordReset: (token: string, new_password: string) =>
      call<void>('POST', '/api/auth/password/reset/confirm', { body: { token, new_password } }),
    confirmEmail: (token: string) => call<void>('POST', '/api/auth/email/confirm', { body: { token } }),
    previewInvite: (token: string) => call<wire.InvitePreview>('GET', `/api/invites/${encodeURIComponent(token)}`),
    server: () => call<wire.Server>('GET', '/api/server'),
    health: () => call<wire.Health>('GET', '/api/health'),
    demoLogins: async () => (await call<wire.Demo>('GET', '/api/demo')).logins,
  }
}

export type Door = ReturnType<typeof createDoor>
