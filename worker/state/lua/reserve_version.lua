-- Reserves A.version for a rebuild that writes the article's document anew. Returns 1 if it may: the article is not forgotten
-- and no revision of it is in the outbox. The next live revision will be above this version.
-- uses: outbox
if redis.call('SISMEMBER', P .. 'forgotten', A.id) == 1 or version_in_outbox(A.id) then return 0 end
local key = P .. 'article:' .. A.id
local known = redis.call('HGET', key, 'version')
if known and tonumber(known) < tonumber(A.version) then redis.call('HSET', key, 'version', A.version) end
return 1
