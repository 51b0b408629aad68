-- A host that was asked, or promised to an item, in the future: the clock was ahead and went back. Its line is of another
-- time, and so are the rests it asked for: all of it is forgotten. Else its items wait for as long as the step was.
-- No promise is further ahead than one rest of a host, which is a minute at most.
local AHEAD_S, PROMISED_AHEAD_S = 60, 180

local function forget_future(name, last, promised)
  local now = tonumber(A.now)
  if (tonumber(last or nil) or 0) <= now + AHEAD_S and (tonumber(promised or nil) or 0) <= now + PROMISED_AHEAD_S then
    return false
  end
  redis.call('HDEL', P .. 'host:' .. name, 'last', 'next', 'promised', 'not_before', 'pages_not_before')
  redis.call('DEL', P .. 'host:' .. name .. ':slots')
  redis.call('ZREM', P .. 'held', name)
  return true
end
