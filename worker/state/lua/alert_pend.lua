-- Writes down what alerts will say of a story, and takes the story off the list of what is to be looked at, unless it has
-- changed since (A.seen). A.items: JSON list of {alert, pending, at}; A.heard: what these alerts have said of it then.
-- A.again: it is looked at again at that time, because an alert could not be asked; A.now is kept as the time since when.
-- All at once: a match is never lost or doubled.
local HEARD_KEEP_S = 30 * 86400
local items = cjson.decode(A.items)
for _, item in ipairs(items) do
  redis.call('HSET', P .. 'alerts:heard:' .. A.story, item.alert, A.heard)
  redis.call('HSET', P .. 'alerts:pending:' .. item.alert, A.story, item.pending)
  redis.call('ZADD', P .. 'due:alerts', 'NX', item.at, item.alert)
end
if #items > 0 then
  redis.call('EXPIRE', P .. 'alerts:heard:' .. A.story, HEARD_KEEP_S)
end
local at = tonumber(redis.call('ZSCORE', P .. 'alerts:stories', A.story) or nil)
if at and at == tonumber(A.seen) then
  if given(A.again) then
    redis.call('ZADD', P .. 'alerts:stories', A.again, A.story)
    redis.call('HSETNX', P .. 'alerts:since', A.story, A.now)
  else
    redis.call('ZREM', P .. 'alerts:stories', A.story)
    redis.call('HDEL', P .. 'alerts:since', A.story)
  end
end
return 1
