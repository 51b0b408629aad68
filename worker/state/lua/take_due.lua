-- Moves what is due in a stage to A.until and returns at most A.limit of it: hosts in turn, and the feeds of a host in turn.
-- Whose turn is next is kept in `turn:{stage}`, so that many small takes are as fair as a large one. Only the A.window
-- longest due are looked at. The new due time is noted in the record: claiming knows a nudged item by it.
--
-- With A.spacing_s (the stage asks hosts) a host is given what it can answer now. The rest of its items is put off without
-- a message, each feed's one rest of the host after the other: a flood then hides no other item, and what comes new to
-- the host is due before the flood's tail.
-- uses: totals, host
local due, turns, now = P .. 'due:' .. A.stage, P .. 'turn:' .. A.stage, tonumber(A.now)
local limit, pace = tonumber(A.limit), tonumber(A.spacing_s) or 0
local TURN_KEEP_S, LOOK_AHEAD_S = 86400, 1
local LONGEST_WAIT_S = 86400  -- what waits longer is taken for the work of a wrong clock

local function after(names, last)
  table.sort(names)
  local first = 1
  while last and names[first] and names[first] <= last do first = first + 1 end
  local turned = {}
  for i = 0, #names - 1 do turned[i + 1] = names[(first - 1 + i) % #names + 1] end
  return turned
end

local function new_host(name)
  local host = {name = name, feeds = {}, names = {}, turn = 1, free_at = 0, spacing = 0, left = 0}
  if pace > 0 and name ~= '' then
    local known = redis.call('HMGET', P .. 'host:' .. name, 'next', 'promised', 'not_before', 'pages_not_before', 'spacing', 'last')
    if forget_future(name, known[6], known[2]) then known = {false, false, false, false, known[5]} end
    for i = 1, 4 do host.free_at = math.max(host.free_at, tonumber(known[i] or nil) or 0) end
    host.spacing = math.max(pace, tonumber(known[5] or nil) or 0)
  end
  return host
end

-- Hosts that are asked more than once a second get a second's worth.
local function is_free(host)
  return host.free_at <= now or (host.spacing < LOOK_AHEAD_S and host.free_at < now + LOOK_AHEAD_S)
end

local hosts, names, waiting_since = {}, {}, {}
local found = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, A.window)
for i = 1, #found, 2 do
  local item, due_at = found[i], tonumber(found[i + 1])
  local name, feed = unpack(redis.call('HMGET', P .. A.records .. item, 'host', 'feed'))
  name, feed = name or '', feed or ''
  local host = hosts[name]
  if not host then
    host = new_host(name)
    hosts[name], names[#names + 1] = host, name
  end
  if not host.feeds[feed] then
    host.feeds[feed] = {items = {}, first = 1}
    host.names[#host.names + 1] = feed
  end
  local items = host.feeds[feed].items
  items[#items + 1] = item
  waiting_since[item] = due_at
  host.left = host.left + 1
end

local taken = {}
local function take(host)
  local feed
  repeat
    feed = host.feeds[host.names[host.turn]]
    host.served = host.names[host.turn]
    host.turn = host.turn % #host.names + 1
  until feed.items[feed.first]
  local item = feed.items[feed.first]
  feed.first, host.left = feed.first + 1, host.left - 1
  redis.call('ZADD', due, A['until'], item)
  if redis.call('EXISTS', P .. A.records .. item) == 1 then
    redis.call('HSET', P .. A.records .. item, 'nudged_until', A['until'])
  end
  observe('due ' .. A.stage, now - waiting_since[item])
  taken[#taken + 1] = item
  if host.spacing > 0 then host.free_at = math.max(host.free_at, now) + host.spacing end
end

local order, last = after(names, redis.call('HGET', turns, 'host')), nil
for _, name in ipairs(order) do
  hosts[name].names = after(hosts[name].names, redis.call('HGET', turns, 'feed ' .. name))
end
local before
repeat
  before = #taken
  for _, name in ipairs(order) do
    local host = hosts[name]
    if #taken < limit and host.left > 0 and is_free(host) then
      take(host)
      last = name
    end
  end
until #taken == before or #taken == limit

for _, name in ipairs(order) do
  local host = hosts[name]
  if host.served then
    redis.call('HSET', turns, 'feed ' .. name, host.served)
    if host.spacing > 0 then
      redis.call('HSET', P .. 'host:' .. name, 'promised', seconds(host.free_at))
      redis.call('EXPIRE', P .. 'host:' .. name, A.host_keep_s)
    end
  end
  if host.left > 0 and not is_free(host) then
    for _, feed in ipairs(host.names) do
      local waiting = host.feeds[feed]
      for i = waiting.first, #waiting.items do
        local at = math.min(host.free_at + (i - waiting.first) * host.spacing, now + LONGEST_WAIT_S)
        redis.call('ZADD', due, seconds(at), waiting.items[i])
      end
    end
  end
end
if last then
  redis.call('HSET', turns, 'host', last)
  redis.call('EXPIRE', turns, TURN_KEEP_S)
end
return taken
