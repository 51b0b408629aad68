-- What all changes of a feed share.
-- uses: event, totals
local POLLS_KEPT = 30
local COUNTS_KEEP_S = 100 * 86400

-- The record, if the caller's token is the one that holds it.
local function held(id)
  local r = record('feed:' .. id)
  if r.token and r.token == A.token then return r end
  return nil
end

-- Sets the state word; watchers see it change and why, but not that a new feed is simply fine. Before 0.2 it was «ok».
local function set_state(id, r, state, reason)
  redis.call('HSET', P .. 'feed:' .. id, 'state', state)
  local was = r.state == 'ok' and 'healthy' or r.state
  if was and was ~= state and not (was == 'new' and state == 'healthy') then
    publish('feed.state', id, cjson.encode({state = state, was = was, source = r.source, reason = reason or ''}))
  end
end

-- A poll in one word: `failed`, or the status that the server gave.
local function result(poll)
  return poll.ok == false and 'failed' or tostring(poll.status or 0)
end

-- Ends a poll, well or badly: a line of history, and the feed waits in `poll` until `at`.
local function rest(id, poll, at)
  local key = P .. 'feed:' .. id
  total('polls ' .. result(cjson.decode(poll)))
  redis.call('LPUSH', key .. ':polls', poll)
  redis.call('LTRIM', key .. ':polls', 0, POLLS_KEPT - 1)
  redis.call('HDEL', key, 'token', 'lease_until', 'fetched')
  redis.call('HSET', key, 'stage', 'poll', 'attempts', 0)
  redis.call('ZREM', P .. 'due:parse', id)
  redis.call('ZADD', P .. 'due:poll', at, id)
end

-- Asks another address than the catalogue's from now on (A.ask; «-»: the catalogue's again), and says why (A.ask_why).
local function ask_elsewhere(id, r)
  if not given(A.ask) then return end
  local key = P .. 'feed:' .. id
  if A.ask == '-' then
    redis.call('HDEL', key, 'ask', 'ask_why', 'ask_until')
  else
    redis.call('HSET', key, 'ask', A.ask, 'ask_why', A.ask_why, 'ask_until', A.ask_until)
    redis.call('HDEL', key, 'moved_to', 'moved')
  end
  local asked = A.ask == '-' and r.url or A.ask
  if asked ~= (r.ask or r.url) then
    publish('feed.moved', id, cjson.encode({address = asked, was = r.ask or r.url, source = r.source, reason = A.ask_why or ''}))
  end
end

-- Adds to the books of the day what was read and what became of it (A.reads, JSON: what → count), by source.
local function book_reads(r)
  if not given(A.reads) then return end
  local books = P .. 'reads:' .. A.day
  for what, count in pairs(cjson.decode(A.reads)) do redis.call('HINCRBY', books, r.source .. ':' .. what, count) end
  redis.call('EXPIRE', books, COUNTS_KEEP_S)
end

local function fail(id, r, state, poll, at)
  redis.call('HINCRBY', P .. 'feed:' .. id, 'failures', 1)
  set_state(id, r, state, cjson.decode(poll).note)
  rest(id, poll, at)
end
