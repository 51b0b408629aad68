-- Takes a lock for A.lease_ms unless another has it (then 0). The broker ends it by its own clock: one that would last longer
-- than any lock does was taken while that clock was ahead, and counts for nothing.
local key = P .. A.lock
if redis.call('PTTL', key) > tonumber(A.longest_ms) then redis.call('DEL', key) end
return redis.call('SET', key, A.token, 'NX', 'PX', A.lease_ms) and 1 or 0
