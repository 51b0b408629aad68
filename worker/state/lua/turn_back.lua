-- After the clock went back by A.step_s: everything that was to come waits A.step_s less, so that polling goes on.
-- What is due already, and outcomes and history, are left alone. Workers say anew that they are there: one that died while the
-- clock was ahead would be believed for as long. Returns how many items were moved.
local moved = 0
local waiting = {'alerts:stories'}
for _, what in ipairs({'poll', 'parse', 'fetch', 'extract', 'outbox', 'alerts', 'escalations', 'notices'}) do
  waiting[#waiting + 1] = 'due:' .. what
end
for _, name in ipairs(waiting) do
  local due = P .. name
  local flat = redis.call('ZRANGEBYSCORE', due, '(' .. A.now, '+inf', 'WITHSCORES')
  for i = 1, #flat, 2 do
    redis.call('ZADD', due, seconds(flat[i + 1] - A.step_s), flat[i])
    moved = moved + 1
  end
end
local problems = record('problems')
for about, text in pairs(problems) do
  local shown_until, sentence = string.match(text, '^(%S+) (.*)$')
  if shown_until then redis.call('HSET', P .. 'problems', about, seconds(shown_until - A.step_s) .. ' ' .. sentence) end
end
redis.call('DEL', P .. 'workers')
return moved
