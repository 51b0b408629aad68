-- Claims a feed for poll or parse: right stage, no live claim → one more attempt, a fresh token, due when the lease ends.
-- Returns the record, or nothing. The fourth claim of a stage is a failed poll: the feed rests for A.give_up_s.
-- uses: feed
local key, due, now = 'feed:' .. A.id, P .. 'due:' .. A.stage, tonumber(A.now)
local r = record(key)
if r.stage ~= A.stage then
  redis.call('ZREM', due, A.id)
  return false
end
if given(r.lease_until) and tonumber(r.lease_until) > now then return false end
if tonumber(r.attempts) >= tonumber(A.max_attempts) then
  fail(A.id, r, 'failing', A.gave_up, seconds(now + tonumber(A.give_up_s)))
  return false
end
local until_ = seconds(now + tonumber(A.lease_s))
redis.call('HSET', P .. key, 'token', A.token, 'lease_until', until_, 'attempts', r.attempts + 1)
redis.call('ZADD', due, until_, A.id)
return redis.call('HGETALL', P .. key)
