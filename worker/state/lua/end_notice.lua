-- Ends an attempt, if the token is the last one that was given: delivered, quarantined, or due again at A.again.
-- A.accepted: what the target has of it, as a JSON list.
-- uses: event
local key = P .. 'notice:' .. A.key
if redis.call('HGET', key, 'token') ~= A.token then return 0 end
redis.call('HDEL', key, 'token')
redis.call('HSET', key, 'error', A.error or '', 'accepted', A.accepted)
if given(A.again) then
  redis.call('ZADD', P .. 'due:notices', A.again, A.key)
  return 1
end
redis.call('ZREM', P .. 'due:notices', A.key)
redis.call('HSET', key, 'state', A.outcome)
redis.call('HINCRBY', P .. 'alerts:outcomes:' .. A.day, redis.call('HGET', key, 'target') .. ':' .. A.outcome, 1)
redis.call('EXPIRE', P .. 'alerts:outcomes:' .. A.day, 8 * 86400)
if A.outcome == 'quarantined' then redis.call('HSET', P .. 'alerts:quarantine', A.key, A.error) end
return 1
