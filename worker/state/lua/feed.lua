-- What all changes of a feed share.
-- uses: event, totals
local POLLS_KEPT = 30

-- The record, if the caller's token is the one that holds it.
local function held(id)
  local r = record('feed:' .. id)
  if r.token and r.token == A.token then return r end
  return nil
end

-- Sets the state word; watchers see it change, but not that a new feed is simply fine.
local function set_state(id, r, state)
  redis.call('HSET', P .. 'feed:' .. id, 'state', state)
  if r.state and r.state ~= state and not (r.state == 'new' and state == 'ok') then
    publish('feed.state', id, cjson.encode({state = state, was = r.state, source = r.source}))
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

local function fail(id, r, state, poll, at)
  redis.call('HINCRBY', P .. 'feed:' .. id, 'failures', 1)
  set_state(id, r, state)
  rest(id, poll, at)
end
