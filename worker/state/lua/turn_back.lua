-- After the clock went back by A.step_s: everything that was to come waits A.step_s less, so that polling goes on.
-- What is due already, and outcomes and history, are left alone. Returns how many items were moved.
local moved = 0
for _, stage in ipairs({'poll', 'parse', 'fetch', 'extract', 'outbox', 'notices'}) do
  local due = P .. 'due:' .. stage
  local flat = redis.call('ZRANGEBYSCORE', due, '(' .. A.now, '+inf', 'WITHSCORES')
  for i = 1, #flat, 2 do
    redis.call('ZADD', due, seconds(flat[i + 1] - A.step_s), flat[i])
    moved = moved + 1
  end
end
return moved
