-- Takes a tombstone away. The feeds no longer know the entry, so that the next one that lists it brings it back. Returns 0
-- when there was none.
redis.call('HDEL', P .. 'forgotten:notes', A.id)
for _, feed in ipairs(redis.call('SMEMBERS', P .. 'feeds')) do redis.call('HDEL', P .. 'feed:' .. feed .. ':seen', A.id) end
return redis.call('SREM', P .. 'forgotten', A.id)
