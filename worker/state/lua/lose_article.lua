-- Forgets what is known of an article whose document is gone from the index, so that the next feed that lists it brings it as
-- a new one. Nothing (0) for one that is under way, or was indexed again since (A.version).
local key = P .. 'article:' .. A.id
local version, stage = unpack(redis.call('HMGET', key, 'version', 'stage'))
if stage or version ~= A.version then return 0 end
redis.call('ZREM', P .. 'due:fetch', A.id)
return redis.call('DEL', key, key .. ':journey') > 0 and 1 or 0
