-- Gives a claimed feed back until A.not_before; the attempt counts unless it is given back. A stale token changes nothing (0).
-- uses: feed
local r = held(A.id)
if not r then return 0 end
local key = P .. 'feed:' .. A.id
if given(A.give_back_attempt) then redis.call('HINCRBY', key, 'attempts', -1) end
redis.call('HDEL', key, 'token', 'lease_until')
redis.call('ZADD', P .. 'due:' .. r.stage, A.not_before, A.id)
return 1
