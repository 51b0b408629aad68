-- Registers an entry. Returns its kind (new, changed, known, forgotten) and the stage it was put in, empty when there is
-- nothing to nudge. A changed entry of an article in flight is marked «once more»; a mark that is overwritten ends as superseded.
-- uses: article
if redis.call('SISMEMBER', P .. 'forgotten', A.id) == 1 then return {'forgotten', ''} end
local key = 'article:' .. A.id
local r = record(key)
local flight = {kind = next(r) and 'changed' or 'new', sighted_at = A.now}
for _, field in ipairs(FLIGHT) do flight[field] = flight[field] or A[field] end

if not r.stage then
  if r.entry_hash == A.entry_hash then
    redis.call('EXPIRE', P .. key, KEEP_S)
    return {'known', ''}
  end
  begin(A.day, A.source)
  note(A.id, 'sighted', flight.kind .. ' ' .. A.feed .. ' ' .. A.url)
  start(A.id, flight)
  return {flight.kind, A.stage}
end

local waiting = r.again and cjson.decode(r.again)
if (waiting or r).entry_hash == A.entry_hash then return {'known', ''} end
begin(A.day, A.source)
note(A.id, 'sighted', 'once-more ' .. A.feed .. ' ' .. A.url)
if waiting then book(waiting, 'superseded') end
redis.call('HSET', P .. key, 'again', cjson.encode(flight))
return {'changed', ''}
