-- Nobody asks this host before A.until (Retry-After, failures); slots already given are moved behind it when they come up.
local key = P .. 'host:' .. A.host
local function at_least(field)
  local known = tonumber(redis.call('HGET', key, field) or 0)
  redis.call('HSET', key, field, seconds(math.max(known, tonumber(A['until']))))
end
at_least('not_before')
at_least('next')
redis.call('EXPIRE', key, A.keep_s)
return 1
