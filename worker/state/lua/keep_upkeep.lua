-- Writes down how far the job is, if the step is still the caller's (else 0): its facts, or, without any, that it ended.
-- The claim is given back unless A.hold is given.
local r = record('upkeep')
if r.token ~= A.token then return 0 end
if not given(A.facts) then return redis.call('DEL', P .. 'upkeep') end
redis.call('HSET', P .. 'upkeep', 'facts', A.facts)
if not given(A.hold) then redis.call('HDEL', P .. 'upkeep', 'token', 'lease_until') end
return 1
