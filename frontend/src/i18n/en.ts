import type { Messages } from './messages'

export default {
  app: { name: 'Chat', languages: 'Language', back: 'Back', close: 'Close', cancel: 'Cancel', copy: 'Copy', copied: 'Copied', retry: 'Retry', delete: 'Delete', loading: 'Loading…', skip: 'Skip to conversation' },
  sign: {
    slogan: 'Conversations that stay\non your own server.',
    promise: 'Rooms, people and history, kept where you decide.\nWrite offline; it is sent when you are back.',
    choice: 'Sign in or register',
    in: 'Sign in', up: 'Register', out: 'Sign out',
    welcome: 'Welcome back', create: 'Create your account', enter: 'Register and enter',
    account: 'Username or e-mail', username: 'Username', usernameHint: '2 to 32 letters, digits, _ . -',
    displayName: 'Display name (optional)', email: 'E-mail', password: 'Password', passwordHint: 'At least 8 characters',
    showPassword: 'Show password', hidePassword: 'Hide password',
    wrong: 'Wrong username or password. Please try again',
    required: 'Please fill this in', shortPassword: 'Use at least 8 characters', badEmail: 'This does not look like an e-mail address',
    invited: 'Sign in or register to enter the room you are invited to.',
    ended: 'This device was signed out. Please sign in again.',
    demo: 'This is a demo: pick somebody and look around', demoPassword: 'The password of each is {password}',
    unsent: '{n} message is not sent yet and would be lost. | {n} messages are not sent yet and would be lost.',
    outAnyway: 'Sign out anyway', stay: 'Stay signed in',
  },
  admin: { have: 'I have an administrator code', label: 'Administrator code', hint: 'The terminal shows it when the server first starts. It makes the first account the administrator.' },
  waits: {
    approvalTitle: 'Waiting for approval', approval: 'Your account is created. You can sign in as soon as an administrator approves it.',
    emailTitle: 'Confirm your e-mail', email: 'Your account is created. A link was sent to {email}: open it within two days, then sign in.', emailHint: 'Nothing there? Check your spam folder. Trying to sign in sends another one.',
  },
  forgot: {
    link: 'Forgot password?', title: 'Forgot your password?', hint: 'Enter the e-mail address of your account to get a link for setting a new one.', submit: 'Send the link', back: 'Back to sign in',
    sentTitle: 'Check your e-mail', sent: 'If {email} has an account, the link is on its way. It works once, for an hour.', sentHint: 'Nothing there? Check your spam folder, or ask an administrator for a link.', again: 'Use another address',
  },
  reset: {
    title: 'Set a new password', password: 'New password', submit: 'Save new password', hint: 'Saving it signs all your devices out.',
    doneTitle: 'New password saved', done: 'All your devices are signed out. Sign in with the new password.',
    deadTitle: 'This link no longer works', dead: 'It may have expired, or have been used already.', again: 'Get a new link',
  },
  confirm: {
    busy: 'Confirming your e-mail…', home: 'Back to start', doneTitle: 'E-mail confirmed', done: 'You can sign in now.', failedTitle: 'Not confirmed yet',
    deadTitle: 'This link no longer works', dead: 'It may have expired, or have been used already. Sign in: if your address is not confirmed yet, another link is sent.',
  },
  server: {
    label: 'Server address', hint: 'For example https://chat.example.org',
    checking: 'Connecting…', ok: 'Reachable, {ms} ms', degraded: 'Reachable, but having trouble', down: 'No answer at this address', invalid: 'This is not a web address',
    closed: 'This server is not accepting new accounts.', invite: 'You need an invitation to register. Ask an administrator for a link.', approval: 'An administrator approves new accounts before they can sign in.',
  },
  invite: { new: 'I am new here', known: 'I have an account', by: '{name} invites you to', byNobody: 'You are invited to', members: '{n} member | {n} members', joining: 'Entering the room…', failed: 'This invite no longer works', failedHint: 'It may have expired, been withdrawn or been used up. Ask for a new one.', home: 'Back to start' },
  errors: {
    authentication_failed: 'Your session has ended, please sign in again', token_expired: 'Your session has expired, please sign in again', permission_denied: 'You are not allowed to do this', not_a_member: 'You are not a member of this room', muted: 'You are muted', blocked: 'You cannot message this person now', not_found: 'Not found; it may have been deleted', conflict: 'This conflicts with something that exists', room_archived: 'The room is archived', recall_window_closed: 'It is too late to recall this message', too_large: 'This is too long', unsupported_media: 'This kind of file is not supported', validation_error: 'This is not valid', method_not_allowed: 'The server does not support this', rate_limited: 'Too fast, please wait a moment', rateLimitedFor: 'Too fast, please try again in {n} s', unavailable: 'The server is not available, please try again', network: 'The server cannot be reached, check your network', unknown: 'Something went wrong, please try again',
  },
} satisfies Messages
