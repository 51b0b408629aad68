-- Turns what an alert has gathered into notifications. A.said: JSON object story → pending text that was judged; one that
-- has changed since waits for the next time. A.notices: JSON list of {key, target, body, most}; A.cool: JSON list of
-- {key, rank, seconds}; A.next: when to judge again, empty for «when something comes». A.escalate: what is said to the next
-- target at A.escalate_at unless it is acknowledged; A.escalated: such a record, which this call does. Returns how many are
-- over the cap.
local DAY_KEEP_S, NOTICE_KEEP_S = 8 * 86400, 30 * 86400
if given(A.escalated) and redis.call('ZREM', P .. 'due:escalations', A.escalated) == 0 then return 0 end
if given(A.escalate) then redis.call('ZADD', P .. 'due:escalations', A.escalate_at, A.escalate) end
local pending = P .. 'alerts:pending:' .. A.alert
for story, text in pairs(cjson.decode(A.said)) do
  if redis.call('HGET', pending, story) == text then redis.call('HDEL', pending, story) end
end
local over = 0
for _, notice in ipairs(cjson.decode(A.notices)) do
  local key = P .. 'notice:' .. notice.key
  if redis.call('EXISTS', key) == 0 then
    local sent = redis.call('HINCRBY', P .. 'alerts:sent:' .. A.day, notice.target, 1)
    redis.call('EXPIRE', P .. 'alerts:sent:' .. A.day, DAY_KEEP_S)
    if sent > tonumber(notice.most) then
      over = over + 1
      redis.call('HINCRBY', P .. 'alerts:outcomes:' .. A.day, notice.target .. ':capped', 1)
    else
      redis.call('HSET', key, 'body', notice.body, 'target', notice.target, 'attempts', 0, 'state', 'due')
      redis.call('EXPIRE', key, NOTICE_KEEP_S)
      redis.call('ZADD', P .. 'due:notices', A.now, notice.key)
      redis.call('ZADD', P .. 'alerts:log', A.now, notice.key)
      redis.call('ZREMRANGEBYSCORE', P .. 'alerts:log', '-inf', A.now - NOTICE_KEEP_S)
    end
  end
end
for _, cool in ipairs(cjson.decode(A.cool)) do
  redis.call('SET', P .. 'alerts:cool:' .. cool.key, cool.rank, 'EX', cool.seconds)
end
if given(A.escalated) then return over end
redis.call('ZREM', P .. 'due:alerts', A.alert)
if given(A.next) then
  redis.call('ZADD', P .. 'due:alerts', A.next, A.alert)
elseif redis.call('HLEN', pending) > 0 then
  redis.call('ZADD', P .. 'due:alerts', A.now, A.alert)
end
return over
