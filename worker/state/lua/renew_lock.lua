-- Prolongs a lock to A.lease_ms from now, or gives it up (A.lease_ms = 0), if it is still the caller's (else 0).
if redis.call('GET', P .. A.lock) ~= A.token then return 0 end
return redis.call('PEXPIRE', P .. A.lock, A.lease_ms)
