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
    demo: 'This is a demo. Look around as', demoPassword: 'The password of each is {password}',
    unsent: '{n} message is not sent yet and would be lost. | {n} messages are not sent yet and would be lost.',
    outAnyway: 'Sign out anyway', stay: 'Stay signed in',
  },
  admin: { have: 'I have an administrator code', label: 'Administrator code', hint: 'The terminal shows it when the server first starts. It makes the first account the administrator.' },
  waits: {
    approvalTitle: 'Waiting for approval', approval: 'Your account is made. You can sign in as soon as an administrator approves it.',
    emailTitle: 'Confirm your e-mail', email: 'Your account is made. A link was sent to {email}: open it within two days, then sign in.', emailHint: 'Nothing there? Look in the spam folder; trying to sign in sends another one.',
  },
  forgot: {
    link: 'Forgot password?', title: 'Forgot your password?', hint: 'Enter the e-mail address of your account to get a link for setting a new one.', submit: 'Send the link', back: 'Back to sign in',
    sentTitle: 'Look into your mail', sent: 'If {email} has an account, the link is on its way. It works once, for an hour.', sentHint: 'Nothing there? Look in the spam folder, or ask an administrator for a link.', again: 'Use another address',
  },
  reset: {
    title: 'Set a new password', password: 'New password', submit: 'Save new password', hint: 'Saving it signs all your devices out.',
    doneTitle: 'New password saved', done: 'All your devices are signed out. Sign in with the new password.',
    deadTitle: 'This link no longer works', dead: 'It may have expired, or have been used already.', again: 'Ask for a new link',
  },
  confirm: {
    busy: 'Confirming your e-mail…', home: 'Back to start', doneTitle: 'E-mail confirmed', done: 'You can sign in now.', failedTitle: 'Not confirmed yet',
    deadTitle: 'This link no longer works', dead: 'It may have expired, or have been used already. Sign in: if your address is not confirmed yet, another link is sent.',
  },
  server: {
    label: 'Server address', hint: 'For example https://chat.example.org',
    checking: 'Connecting…', ok: 'Reachable, {ms} ms', degraded: 'Reachable, but not in good health', down: 'No answer at this address', invalid: 'This is not a web address',
  },
  net: {
    offline: 'Disconnected. You can keep writing', retryIn: 'Disconnected, retrying in {n} s · you can keep writing', connecting: 'Connecting…', retryNow: 'Retry now',
  },
  list: {
    label: 'Conversations', all: 'All', unread: 'Unread', mentions: '{\'@\'} me', direct: 'Direct', filter: 'Filter',
    find: 'Find a conversation', new: 'New', pinned: 'Pinned', recent: 'Recent', archived: 'Archived', none: 'No conversation matches', clear: 'Clear filters',
    you: 'You', draft: '[Draft]', typing: 'typing…', typingName: '{name} is typing… | {name} are typing…', someTyping: '{n} people are typing…',
    muted: 'muted', unreadCount: '{n} unread', mentionCount: '{n} mention of you | {n} mentions of you', unsent: 'has unsent messages',
    noMessages: 'No messages yet', recalled: 'recalled a message', attachment: '[file]',
  },
  kind: { public: 'public room', private: 'private room', direct: 'direct conversation', self: 'Note to self' },
  presence: { online: 'online', away: 'away', dnd: 'do not disturb', offline: 'offline' },
  empty: {
    title: 'It starts with a word', hint: 'Make a room, join one by its code, or find someone to talk to.',
    make: 'Make a room', join: 'Join by code', person: 'Find a person',
    choose: 'Choose a conversation to go on', room: 'Write the first line', roomHint: 'Give the room code {code} to whom you want to invite.', direct: 'Say hello to {name}', self: 'What you write here is for your eyes only.',
  },
  make: {
    title: 'Make a room', name: 'Room name', description: 'Description (optional)', kind: 'Who can join',
    public: 'Public', publicHint: 'Anyone with the room code', private: 'Private', privateHint: 'Only those who are invited', submit: 'Create',
  },
  join: { title: 'Join by code', label: 'Room code or invite link', hint: '6 digits, or a link someone sent you', submit: 'Join', unknown: 'There is no room with this code', bad: 'A room code has 6 digits' },
  person: { title: 'Find a person', label: 'Username, name or pinyin', none: 'Nobody found for “{q}”', noneHint: 'Try another spelling, or pinyin initials.', start: 'Type a name to search', note: 'Note to self' },
  invite: { joining: 'Entering the room…', failed: 'This invite no longer works', failedHint: 'It may have expired, been withdrawn or been used up. Ask for a new one.', home: 'Back to start' },
  room: {
    members: 'Members', membersCount: '{n} member | {n} members', copyCode: 'Copy room code', copyInvite: 'Copy invite link', inviteHint: 'Send the link to a colleague; opening it joins this room.',
    more: 'More', leave: 'Leave room', leaveAsk: 'Leave “{name}”?', leaveHint: 'The history stays in the room. You can join again later.',
    online: 'Online — {n}', offline: 'Offline — {n}', owner: 'Owner', admin: 'Admin', you: '(you)', mutedMember: 'muted',
    pin: 'Pin', unpin: 'Unpin', mute: 'Mute', unmute: 'Unmute', archivedHint: 'This room is archived: it can be read, not written to.', mutedHint: 'You are muted and cannot write for now.', mutedUntil: 'You are muted until {time}.',
    gone: { left: 'You have left this room', kicked: 'You were removed from this room', banned: 'You are banned from this room', missing: 'There is no such room' },
    goneHint: { left: 'You can join again by its code.', kicked: 'If this is a mistake, talk to an admin of the room.', banned: 'If this is a mistake, talk to an admin of the room.', missing: 'It may not exist, or you are not a member.' },
    goneDraft: 'What you had not sent yet', history: 'Messages could not be loaded', older: 'Earlier messages could not be loaded', peerGone: 'Deleted user',
  },
  log: {
    label: 'Messages in {name}', unread: 'New messages', start: 'This is the beginning of “{name}”', startDirect: 'This is the beginning of your conversation with {name}',
    newest: 'Jump to newest', newCount: '{n} new message | {n} new messages', burst: '{n} new message | {n} new messages',
  },
  message: {
    edited: '(edited)', sending: 'Sending…', failed: 'Not sent', failedBecause: 'Not sent: {reason}', queued: 'Will be sent when you are back online',
    recalledMine: 'You recalled a message', recalled: '{name} recalled a message', reedit: 'Edit again', quoteGone: 'Message recalled',
    actions: 'Message actions', reply: 'Reply', edit: 'Edit', recall: 'Recall', copy: 'Copy text', react: 'Add reaction', reactWith: 'React with {emoji}', more: 'More',
    reactedBy: '{emoji} {n} person | {emoji} {n} people', reactedByYou: '{emoji} {n}, you | {emoji} {n} people, including you',
    replyTo: 'Reply to {name}', mentionsYou: 'mentions you', me: 'You', someone: 'Deleted user', bot: 'Bot',
    label: { edited: 'edited', sending: 'sending', failed: 'not sent', reactions: '{n} reaction | {n} reactions' },
  },
  system: {
    member_joined: '{actor} joined the room', member_added: '{actor} added {target}', member_left: '{actor} left the room', member_kicked: '{actor} removed {target} from the room', member_banned: '{actor} banned {target} from the room',
    room_renamed: '{actor} renamed the room to “{value}”', room_created: '{actor} created the room', room_archived: '{actor} archived the room', room_restored: '{actor} restored the room', ownership_transferred: '{actor} made {target} the owner', other: '{actor} changed the room',
  },
  composer: {
    label: 'Message {name}', placeholder: 'Write to {name}…', send: 'Send', save: 'Save changes', hint: 'Shift + Enter for a new line', replying: 'Reply to', editing: 'Edit message', cancelReply: 'Cancel reply', cancelEdit: 'Cancel editing',
    tooLong: '{n} characters too long', tools: 'Editing tools', emoji: 'Emoji', mention: 'Mention', people: 'People to mention',
  },
  settings: {
    title: 'Settings', theme: 'Theme', light: 'Light', dark: 'Dark', system: 'System', language: 'Language', density: 'Density', cosy: 'Cosy', compact: 'Compact',
  },
  errors: {
    authentication_failed: 'Your session has ended, please sign in again', token_expired: 'Your session has expired, please sign in again', permission_denied: 'You are not allowed to do this', not_a_member: 'You are not a member of this room', muted: 'You are muted', blocked: 'You cannot message this person now', not_found: 'Not found; it may have been deleted', conflict: 'This conflicts with something that exists', room_archived: 'The room is archived', recall_window_closed: 'It is too late to recall this message', too_large: 'This is too long', unsupported_media: 'This kind of file is not supported', validation_error: 'This is not valid', method_not_allowed: 'The server does not support this', rate_limited: 'Too fast, please wait a moment', rateLimitedFor: 'Too fast, please try again in {n} s', unavailable: 'The server is not available, please try again', network: 'The server cannot be reached, check your network', unknown: 'Something went wrong, please try again',
  },
} satisfies Messages
