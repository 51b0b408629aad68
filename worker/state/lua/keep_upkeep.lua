-- Writes down how far the rebuild is (A.facts, if given), if the step is still the caller's (else 0). With A.lease_s the claim is
-- prolonged, else it is given back.
local r = record('upkeep')
if not r.token or r.token ~= A.token then return 0 end
if given(A.facts) then redis.call('HSET', P .. 'upkeep', 'facts', A.facts) end
if given(A.lease_s) then
  redis.call('HSET', P .. 'upkeep', 'lease_until', seconds(A.now + A.lease_s))
else
  redis.call('HDEL', P .. 'upkeep', 'token', 'lease_until', 'tries')
end
return 1
