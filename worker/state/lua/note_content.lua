-- Remembers what a rebuild has written, so that a recheck that finds the same words ends as unchanged. Only if the record
-- still has the version that was written (else 0).
local key = P .. 'article:' .. A.id
if redis.call('HGET', key, 'version') ~= A.version then return 0 end
redis.call('HSET', key, 'content_hash', A.content_hash)
return 1
