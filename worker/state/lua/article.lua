-- What all changes of an article share: how a sighting starts, how it ends, and the books that are kept about it.
-- uses: event, totals
local KEEP_S = 90 * 86400
local COUNTS_KEEP_S = 100 * 86400
local STEPS_KEPT = 20
local FLIGHT = {
  'stage', 'kind', 'url', 'host', 'source', 'family', 'feed', 'entry', 'entry_hash', 'page', 'without_page', 'day', 'sighted_at',
}
local FOR_RECHECKS = {'rechecks', 'url', 'host', 'family', 'feed', 'entry', 'without_page'}

-- A line of the article's journey.
local function note(id, event, detail)
  local key = P .. 'article:' .. id .. ':journey'
  redis.call('RPUSH', key, A.now .. ' ' .. event .. ' ' .. (detail or ''))
  redis.call('LTRIM', key, -STEPS_KEPT, -1)
  redis.call('EXPIRE', key, KEEP_S)
end

-- Adds one to `books:day`. Outcomes are booked on the day of their sighting, so that each day adds up by itself.
local function count(books, day, field)
  local key = P .. books .. ':' .. day
  redis.call('HINCRBY', key, field, 1)
  redis.call('EXPIRE', key, COUNTS_KEEP_S)
end

-- Books how a sighting ended. The total knows no sources: it is for curves, the books are for proof.
local function book(sighting, outcome)
  count('outcomes', sighting.day, sighting.source .. ':' .. outcome)
  total('ended ' .. outcome)
end

-- Books a sighting that begins.
local function begin(day, source)
  count('sightings', day, source)
  total('sighted')
end

-- The record, if the caller's token is the one that holds it.
local function held(id)
  local r = record('article:' .. id)
  if r.token and r.token == A.token then return r end
  return nil
end

-- Puts an article that is not in flight into flight.stage, due now. What was indexed before (version …) stays in the record.
local function start(id, flight)
  local key = P .. 'article:' .. id
  for _, field in ipairs(FLIGHT) do
    if given(flight[field]) then redis.call('HSET', key, field, flight[field]) else redis.call('HDEL', key, field) end
  end
  redis.call('HSET', key, 'attempts', 0)
  redis.call('HDEL', key, 'outcome', 'ended_at')
  redis.call('PERSIST', key)
  redis.call('ZREM', P .. 'due:fetch', id)  -- a recheck that was still to come
  redis.call('ZADD', P .. 'due:' .. flight.stage, A.now, id)
  redis.call('HDEL', P .. 'quarantine', id)
end

-- Leaves of the record what the next sighting needs, for 90 days; more only while rechecks are to come.
local function shrink(id, r, outcome)
  local key = P .. 'article:' .. id
  redis.call('DEL', key)
  redis.call('HSET', key, 'outcome', outcome, 'ended_at', A.now)
  local kept = {'source', 'entry_hash', 'version', 'content_hash', 'revision'}
  if given(r.rechecks) then
    for _, field in ipairs(FOR_RECHECKS) do kept[#kept + 1] = field end
    redis.call('ZADD', P .. 'due:fetch', string.match(r.rechecks, '^%S+'), id)
  end
  for _, field in ipairs(kept) do
    if given(r[field]) then redis.call('HSET', key, field, r[field]) end
  end
  redis.call('EXPIRE', key, KEEP_S)
end

-- Articles that ended as duplicates of one that never got into the index start again: they may be the same article.
local function bring_back_rivals(id)
  local rivals = redis.call('HGETALL', P .. 'rivals:' .. id)
  redis.call('DEL', P .. 'rivals:' .. id)
  for i = 1, #rivals, 2 do
    local rival, r, flight = rivals[i], record('article:' .. rivals[i]), cjson.decode(rivals[i + 1])
    if not r.stage and r.outcome == 'duplicate' then
      flight.sighted_at = A.now
      begin(flight.day, flight.source)
      note(rival, 'sighted', 'back ' .. flight.feed .. ' ' .. flight.url)
      start(rival, flight)
    end
  end
end

-- Ends the sighting in flight with its one outcome; an article marked «once more» starts again with the newest entry.
local function finish(id, r, outcome)
  book(r, outcome)
  note(id, outcome)
  redis.call('ZREM', P .. 'due:' .. r.stage, id)
  shrink(id, r, outcome)
  if r.again then
    start(id, cjson.decode(r.again))
  elseif r.version or not string.match(outcome, '^rejected') and not string.match(outcome, '^quarantined') then
    redis.call('DEL', P .. 'rivals:' .. id)
  else
    bring_back_rivals(id)
  end
end

-- Ends the sighting as quarantined and keeps what a replay needs. Counted under the first word of the error.
local function quarantine(id, r, error)
  local kept = {error = error, attempts = r.attempts, at = A.now}
  for _, field in ipairs(FLIGHT) do kept[field] = r[field] end
  redis.call('HSET', P .. 'quarantine', id, cjson.encode(kept))
  finish(id, r, 'quarantined:' .. (string.match(error, '^[%w_%-%.]+') or 'error'))
end
