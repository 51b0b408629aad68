-- What claims of feeds and articles share.

-- Whether an item may be claimed: its time has come, or a tick has just moved it to r.nudged_until. A doubled message that
-- comes after its item was worked on finds another due time, and is refused.
local function is_due(due, id, r)
  local at = tonumber(redis.call('ZSCORE', due, id) or nil)
  return not at or at <= tonumber(A.now) or at == tonumber(r.nudged_until)
end

-- A lease that ends later than a new one would comes from a clock that has gone back since.
local function has_live_claim(r)
  local now, ends_at = tonumber(A.now), given(r.lease_until) and tonumber(r.lease_until) or 0
  return ends_at > now and ends_at <= now + math.max(tonumber(A.lease_s), 60)
end

-- One more attempt, a fresh token, due when the lease ends. Returns the record.
local function take_claim(key, due, id, r)
  local lease_until = seconds(A.now + A.lease_s)
  redis.call('HSET', key, 'token', A.token, 'lease_until', lease_until, 'attempts', r.attempts + 1)
  redis.call('ZADD', due, lease_until, id)
  return redis.call('HGETALL', key)
end
