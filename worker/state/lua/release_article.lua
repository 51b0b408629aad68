-- Gives a claimed article back until A.not_before; the attempt counts unless it is given back. A stale token changes nothing (0).
-- uses: article
local r = held(A.id)
if not r then return 0 end
local key = P .. 'article:' .. A.id
if given(A.give_back_attempt) then redis.call('HINCRBY', key, 'attempts', -1) end
if given(A.error) then
  redis.call('HSET', key, 'error', A.error)
  note(A.id, 'failed', A.error)
end
redis.call('HDEL', key, 'token', 'lease_until')
redis.call('ZADD', P .. 'due:' .. r.stage, A.not_before, A.id)
return 1
