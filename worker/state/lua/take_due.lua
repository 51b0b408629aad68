-- Moves what is due in a stage to A.until and returns at most A.limit of it, hosts in turn: each host's first, then each
-- host's second … Hosts are read from the items' records; only the A.window longest due are looked at. The new due time is
-- noted in the record, so that claiming can tell a nudged item from one that has to wait.
local due, limit = P .. 'due:' .. A.stage, tonumber(A.limit)
local rounds, turns, taken = {}, {}, {}
for _, item in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', A.now, 'LIMIT', 0, A.window)) do
  local host = redis.call('HGET', P .. A.records .. item, 'host') or ''
  turns[host] = (turns[host] or 0) + 1
  local round = rounds[turns[host]] or {}
  round[#round + 1] = item
  rounds[turns[host]] = round
end
for _, round in ipairs(rounds) do
  for _, item in ipairs(round) do
    if #taken == limit then return taken end
    redis.call('ZADD', due, A['until'], item)
    if redis.call('EXISTS', P .. A.records .. item) == 1 then
      redis.call('HSET', P .. A.records .. item, 'nudged_until', A['until'])
    end
    taken[#taken + 1] = item
  end
end
return taken
