-- Ends a changed entry that is another address of A.owner as duplicate, and gives what it brought to the owner: its page is
-- the owner's next revision. A stale token changes nothing (0).
-- uses: article
local r = held(A.id)
if not r then return 0 end
local key = 'article:' .. A.owner
local owner = record(key)
finish(A.id, r, 'duplicate')
if not owner.version or redis.call('SISMEMBER', P .. 'forgotten', A.owner) == 1 then return 1 end

local flight = {sighted_at = A.now, day = A.day, kind = 'changed', source = owner.source, entry_hash = owner.entry_hash}
for _, field in ipairs(FLIGHT) do flight[field] = flight[field] or r[field] end
begin(A.day, owner.source)
note(A.owner, 'sighted', 'changed ' .. r.feed .. ' ' .. r.url)
if not owner.stage then
  start(A.owner, flight)
  return 1
end
local waiting = owner.again and cjson.decode(owner.again)
if waiting then book(waiting, 'superseded') end
redis.call('HSET', P .. key, 'again', cjson.encode(flight))
return 1
