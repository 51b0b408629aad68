-- Moves a claimed article to its next stage, due now, with the facts it gained. A stale token changes nothing (0).
-- uses: article
local r = held(A.id)
if not r then return 0 end
local key = P .. 'article:' .. A.id
redis.call('ZREM', P .. 'due:' .. r.stage, A.id)
redis.call('ZADD', P .. 'due:' .. A.to, A.now, A.id)
redis.call('HSET', key, 'stage', A.to, 'attempts', 0)
redis.call('HDEL', key, 'token', 'lease_until', 'error')
if given(A.page) then redis.call('HDEL', key, 'without_page') end  -- what an earlier look had to do without
for _, fact in ipairs({'page', 'without_page'}) do
  if given(A[fact]) then redis.call('HSET', key, fact, A[fact]) end
end
note(A.id, A.to, given(A.page) and A.page or A.without_page)
return 1
