-- Takes a notification out of the quarantine: to be sent again at A.now, or, without it, for good. Returns 1 when it is due.
local key = P .. 'notice:' .. A.key
redis.call('HDEL', P .. 'alerts:quarantine', A.key)
if not given(A.now) or redis.call('EXISTS', key) == 0 then return 0 end
redis.call('HSET', key, 'attempts', 0, 'state', 'due')
redis.call('ZADD', P .. 'due:notices', A.now, A.key)
return 1
