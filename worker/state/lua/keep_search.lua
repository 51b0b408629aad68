-- Keeps a search of A.who under A.label; 0 when A.most others are kept.
local key = P .. 'desk:searches:' .. A.who
if redis.call('HEXISTS', key, A.label) == 0 and redis.call('HLEN', key) >= tonumber(A.most) then return 0 end
redis.call('HSET', key, A.label, A.query)
return 1
