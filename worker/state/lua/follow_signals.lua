-- Writes down since when things hold: A.holding (JSON list of names) keep the time at which they were first seen, the others
-- are forgotten. Returns name, time, name, time …
local key, holding = P .. 'alerts:signals', {}
for _, name in ipairs(cjson.decode(A.holding)) do
  holding[name] = true
  redis.call('HSETNX', key, name, A.now)
end
for _, name in ipairs(redis.call('HKEYS', key)) do
  if not holding[name] then redis.call('HDEL', key, name) end
end
return redis.call('HGETALL', key)
