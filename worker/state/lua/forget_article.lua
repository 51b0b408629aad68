-- Forgets an article for good: a tombstone, and everything known about it is deleted. Its sightings under way end as rejected.
-- uses: article, outbox
redis.call('SADD', P .. 'forgotten', A.id)
local key = 'article:' .. A.id
local r = record(key)
redis.call('HSET', P .. 'forgotten:notes', A.id, A.now .. ' ' .. (given(A.url) and A.url or r.url or ''))
local waiting = r.again and cjson.decode(r.again)
if r.stage then book(r, 'rejected:forgotten') end
if waiting then book(waiting, 'rejected:forgotten') end
for _, stage in ipairs({'fetch', 'extract', 'outbox'}) do redis.call('ZREM', P .. 'due:' .. stage, A.id) end
take_out(A.id)
redis.call('HDEL', P .. 'quarantine', A.id)
redis.call('DEL', P .. 'rivals:' .. A.id)
return redis.call('DEL', P .. key, P .. key .. ':journey')
