-- Moves a claimed feed from poll to parse. What was fetched (page, validators, poll) waits in `fetched` and is believed only
-- when the entries are registered. A stale token changes nothing (0).
-- uses: feed
local r = held(A.id)
if not r then return 0 end
local key = P .. 'feed:' .. A.id
redis.call('HSET', key, 'stage', 'parse', 'attempts', 0, 'fetched', A.fetched)
redis.call('HDEL', key, 'token', 'lease_until')
redis.call('ZREM', P .. 'due:poll', A.id)
redis.call('ZADD', P .. 'due:parse', A.now, A.id)
return 1
