-- Makes due at A.latest what waits in a stage for longer than anything may: the clock went back while no tick ran.
-- Returns how many items were moved.
local due = P .. 'due:' .. A.stage
local late = redis.call('ZRANGEBYSCORE', due, '(' .. A.latest, '+inf')
for _, item in ipairs(late) do redis.call('ZADD', due, A.now, item) end
return #late
