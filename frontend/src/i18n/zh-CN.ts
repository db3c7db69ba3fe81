export default {
  app: { name: '谈话', languages: '语言', back: '返回', close: '关闭', cancel: '取消', copy: '复制', copied: '已复制', retry: '重试', delete: '删除', loading: '正在加载…', skip: '跳到对话' },
  sign: {
    slogan: '谈话，\n留在自己的服务器上。',
    promise: '房间、人和历史，放在你决定的地方。\n断网也能写，连上就发出。',
    choice: '登录或注册',
    in: '登录', up: '注册', out: '退出登录',
    welcome: '欢迎回来', create: '创建账号', enter: '注册并进入',
    account: '用户名或邮箱', username: '用户名', usernameHint: '2 到 32 个字符，可用中文、字母、数字和 _ . -',
    displayName: '显示名称（可选）', email: '邮箱', password: '密码', passwordHint: '至少 8 个字符',
    showPassword: '显示密码', hidePassword: '隐藏密码',
    wrong: '用户名或密码不对，请再试一次',
    required: '请填写这一项', shortPassword: '密码至少要 8 个字符', badEmail: '请输入正确的邮箱地址',
    invited: '登录或注册后就会进入邀请你的房间。',
    ended: '这台设备已被退出登录，请重新登录。',
    demo: '演示站点：点一个账号，直接进去看看', demoPassword: '密码都是 {password}',
    unsent: '还有 {n} 条消息没有发出，退出后会丢失。',
    outAnyway: '仍然退出', stay: '先不退出',
  },
  admin: { have: '我有管理员代码', label: '管理员代码', hint: '服务器第一次启动时显示在终端里，第一个账号凭它成为管理员。' },
  waits: {
    approvalTitle: '账号等待批准', approval: '账号已创建，等管理员批准后就能登录。',
    emailTitle: '请确认邮箱', email: '账号已创建。确认链接已发到 {email}，请在两天内打开它，然后登录。', emailHint: '没收到？看看垃圾邮件，或者登录一次，我们会再发一封。',
  },
  forgot: {
    link: '忘记密码', title: '找回密码', hint: '填写注册邮箱，接收设置新密码的链接。', submit: '发送链接', back: '返回登录',
    sentTitle: '请查看邮箱', sent: '如果 {email} 注册过账号，链接已经发出，一小时内有效，只能用一次。', sentHint: '没收到？看看垃圾邮件，或者请管理员给你一个链接。', again: '换一个邮箱',
  },
  reset: {
    title: '设置新密码', password: '新密码', submit: '保存新密码', hint: '保存后，所有设备都会退出登录。',
    doneTitle: '新密码已保存', done: '所有设备都已退出登录，请用新密码登录。',
    deadTitle: '链接已失效', dead: '它可能已过期，或者已经用过。', again: '重新获取链接',
  },
  confirm: {
    busy: '正在确认邮箱…', home: '回到首页', doneTitle: '邮箱已确认', done: '现在可以登录了。', failedTitle: '邮箱确认失败',
    deadTitle: '链接已失效', dead: '它可能已过期，或者已经用过。请先登录，如果邮箱还没确认，我们会再发一封邮件。',
  },
  server: {
    label: '服务器地址', hint: '例如 https://chat.example.org',
    checking: '正在连接…', ok: '可用，{ms} 毫秒', degraded: '可用，但服务器状态不佳', down: '连不上这个地址', invalid: '请输入正确的网址',
    closed: '这台服务器暂不开放注册。', invite: '注册需要邀请，请向管理员要一个邀请链接。', approval: '注册后，要等管理员批准才能登录。',
  },
  invite: { new: '注册新账号', known: '已有账号', by: '{name} 邀请你加入', byNobody: '邀请你加入', members: '{n} 位成员', joining: '正在进入房间…', failed: '邀请已失效', failedHint: '它可能已过期、被作废，或者名额已用完。请让邀请你的人再发一个。', home: '回到首页' },
  errors: {
    authentication_failed: '登录已失效，请重新登录', token_expired: '登录已过期，请重新登录', permission_denied: '你没有权限这样做', not_a_member: '你不是这个房间的成员', muted: '你已被禁言', blocked: '现在不能给对方发消息', not_found: '找不到了，可能已被删除', conflict: '与已有的内容冲突', room_archived: '房间已归档', recall_window_closed: '已超过可以撤回的时间', too_large: '内容太长了', unsupported_media: '不支持这种文件', validation_error: '内容不符合要求', method_not_allowed: '服务器不支持这个操作', rate_limited: '操作太频繁，请稍后再试', rateLimitedFor: '操作太频繁，请 {n} 秒后再试', unavailable: '服务器暂时不可用，请稍后再试', network: '连不上服务器，请检查网络', unknown: '出了点问题，请再试一次',
  },
}
