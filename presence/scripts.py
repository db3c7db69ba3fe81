"""What presence does in Redis, each step at once for everybody who looks. store.py alone runs these.

Every script gets the prefix of all keys as KEYS[1]. Commands of Redis 6.0 only.
"""

_PREAMBLE = """
local prefix = KEYS[1]
local online, statuses = prefix .. 'online', prefix .. 'statuses'
local function connections(user) return prefix .. 'connections:' .. user end
local function active(user) return prefix .. 'active:' .. user end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# ARGV: milliseconds to live, then user, connection, 1 if active else 0. -> users with a connection not known before
BEAT = (
    _PREAMBLE
    + """
local expiry, arrived = now + ARGV[1], {}
for i = 2, #ARGV, 3 do
  local user, connection = ARGV[i], ARGV[i + 1]
  redis.call('ZREMRANGEBYSCORE', connections(user), '-inf', now)
  if redis.call('ZADD', connections(user), expiry, connection) == 1 then arrived[#arrived + 1] = user end
  if ARGV[i + 2] == '1' then
    redis.call('ZADD', active(user), expiry, connection)
  else
    redis.call('ZREM', active(user), connection)
  end
  redis.call('PEXPIRE', connections(user), ARGV[1])
  redis.call('PEXPIRE', active(user), ARGV[1])
  redis.call('ZADD', online, 'XX', expiry, user)
end
return arrived
"""
)

# ARGV: milliseconds of grace, then user, connection
LEAVE = (
    _PREAMBLE
    + """
for i = 2, #ARGV, 2 do
  local user, connection = ARGV[i], ARGV[i + 1]
  redis.call('ZREM', active(user), connection)
  if redis.call('ZREM', connections(user), connection) == 1 then
    local last = redis.call('ZREVRANGE', connections(user), 0, 0, 'WITHSCORES')
    local gone = math.max(now + ARGV[1], tonumber(last[2] or 0))
    redis.call('ZADD', online, 'XX', gone, user)
  end
end
"""
)

# ARGV: user, the status they chose. -> user, status others knew, status they know now, of all who are connected
SETTLE = (
    _PREAMBLE
    + """
local found = {}
for i = 1, #ARGV, 2 do
  local user, status = ARGV[i], ARGV[i + 1]
  local last = redis.call('ZREVRANGE', connections(user), 0, 0, 'WITHSCORES')
  if last[2] and tonumber(last[2]) > now then
    local before = redis.call('HGET', statuses, user) or 'offline'
    if status == 'online' and redis.call('ZCOUNT', active(user), now, '+inf') == 0 then status = 'away' end
    if status == 'offline' then
      redis.call('ZREM', online, user)
      redis.call('HDEL', statuses, user)
    else
      redis.call('ZADD', online, last[2], user)
      redis.call('HSET', statuses, user, status)
    end
    found[#found + 1] = user
    found[#found + 1] = before
    found[#found + 1] = status
  end
end
return found
"""
)

# ARGV: how many at most. -> user, status others knew, when they were gone; nobody else gets these
TAKE_GONE = (
    _PREAMBLE
    + """
local found = {}
local gone = redis.call('ZRANGEBYSCORE', online, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
for i = 1, #gone, 2 do
  found[#found + 1] = gone[i]
  found[#found + 1] = redis.call('HGET', statuses, gone[i]) or 'online'
  found[#found + 1] = gone[i + 1]
  redis.call('ZREM', online, gone[i])
  redis.call('HDEL', statuses, gone[i])
end
return found
"""
)

# ARGV: users. -> user, status of those who are online
STATUSES = (
    _PREAMBLE
    + """
local found = {}
for _, user in ipairs(ARGV) do
  local gone = redis.call('ZSCORE', online, user)
  if gone and tonumber(gone) > now then
    found[#found + 1] = user
    found[#found + 1] = redis.call('HGET', statuses, user) or 'online'
  end
end
return found
"""
)

# -> how many, as a list of one: an empty list is what a Redis says that is away.
ONLINE_COUNT = _PREAMBLE + "return {redis.call('ZCOUNT', online, '(' .. now, '+inf')}"

ONLINE_IDS = _PREAMBLE + "return redis.call('ZRANGEBYSCORE', online, '(' .. now, '+inf')"
