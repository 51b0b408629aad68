-- Keeps all requests from this host until A.until (Retry-After); slots already given are moved behind it when they come up. With
-- A.pages only pages wait: the host's feeds go on. `held` lists the hosts for people.
local key = P .. 'host:' .. A.host
local function at_least(field)
  local known = tonumber(redis.call('HGET', key, field) or 0)
  redis.call('HSET', key, field, seconds(math.max(known, tonumber(A['until']))))
end
if given(A.pages) then
  at_least('pages_not_before')
else
  at_least('not_before')
  at_least('next')
end
redis.call('EXPIRE', key, A.keep_s)
redis.call('ZREMRANGEBYSCORE', P .. 'held', '-inf', A.now)
local known = tonumber(redis.call('ZSCORE', P .. 'held', A.host) or 0)
redis.call('ZADD', P .. 'held', seconds(math.max(known, tonumber(A['until']))), A.host)
return 1
