-- Claims the next step of the rebuild under way for A.lease_s, unless a worker holds it. Returns the record, or nothing. Its
-- `tries` counts how often this very step was taken.
-- uses: lease
local r = record('upkeep')
if not given(r.run) or has_live_claim(r) then return false end
redis.call('HSET', P .. 'upkeep', 'token', A.token, 'lease_until', seconds(A.now + A.lease_s))
redis.call('HINCRBY', P .. 'upkeep', 'tries', 1)
return redis.call('HGETALL', P .. 'upkeep')
