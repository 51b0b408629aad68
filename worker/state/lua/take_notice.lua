-- Claims a notification that is due: one attempt more, due again when the lease ends. Returns body, target, attempts,
-- and what the target has of it as a JSON list.
local due, key = P .. 'due:notices', P .. 'notice:' .. A.key
local at = redis.call('ZSCORE', due, A.key)
if not at or tonumber(at) > tonumber(A.now) then return {} end
local r = record('notice:' .. A.key)
if not r.body then
  redis.call('ZREM', due, A.key)
  return {}
end
redis.call('ZADD', due, A.now + A.lease_s, A.key)
redis.call('HSET', key, 'token', A.token)
return {r.body, r.target, redis.call('HINCRBY', key, 'attempts', 1), r.accepted or '[]'}
