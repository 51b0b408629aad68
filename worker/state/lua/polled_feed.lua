-- Ends a claimed feed's poll well: validators (A.validators, JSON; what was fetched for this poll unless given), interval
-- (the time until the next poll), last_ok_at, history, next poll. Counts the answers 304 (A.not_modified) since the whole
-- document came, and keeps the feed's habits and rhythm. A stale token changes nothing (0).
-- uses: feed
local r = held(A.id)
if not r then return 0 end
local key = P .. 'feed:' .. A.id
local believed = given(A.validators) and A.validators or r.fetched
if given(believed) then
  local fetched = cjson.decode(believed)
  for _, field in ipairs({'etag', 'last_modified', 'final_url', 'body_hash'}) do
    redis.call('HSET', key, field, fetched[field] or '')
  end
end
redis.call('HSET', key, 'failures', 0, 'interval_s', seconds(A.next_at - A.now), 'last_ok_at', A.now)
for _, field in ipairs({'habits', 'rhythm'}) do
  if given(A[field]) then redis.call('HSET', key, field, A[field]) end
end
if given(A.not_modified) then
  redis.call('HINCRBY', key, 'not_modified', 1)
else
  redis.call('HSET', key, 'not_modified', 0, 'full_at', A.now)
end
for _, field in ipairs({'moved_to', 'moved', 'wish_s'}) do
  if A[field] ~= nil then redis.call('HSET', key, field, A[field]) end
end
if given(A.has_new) then redis.call('HSET', key, 'last_new_at', A.now) end
set_state(A.id, r, given(A.state) and A.state or 'healthy', A.reason)

-- Refresh what the document still lists, then drop what was not seen for longest.
if given(A.seen) then
  local seen, listed = key .. ':seen', cjson.decode(A.seen)
  for entry, hash in pairs(listed.hashes) do redis.call('HSET', seen, entry, A.now .. ' ' .. hash) end
  local surplus = redis.call('HLEN', seen) - listed.cap
  if surplus > 0 then
    local all, entries = redis.call('HGETALL', seen), {}
    for i = 1, #all, 2 do entries[#entries + 1] = {tonumber(string.match(all[i + 1], '^%S+')), all[i]} end
    table.sort(entries, function(a, b) return a[1] < b[1] end)
    for i = 1, surplus do redis.call('HDEL', seen, entries[i][2]) end
  end
end
ask_elsewhere(A.id, r)
book_reads(r)
rest(A.id, A.poll, A.next_at)
return 1
