-- Claims a feed for poll or parse: right stage, due, no live claim → one more attempt, a fresh token, due when the lease ends.
-- Returns the record, or nothing. The fourth claim of a stage is a failed poll: the feed rests for A.give_up_s.
-- uses: feed, lease
local key, due = 'feed:' .. A.id, P .. 'due:' .. A.stage
local r = record(key)
if r.stage ~= A.stage then
  redis.call('ZREM', due, A.id)
  return false
end
if has_live_claim(r) or not is_due(due, A.id, r) then return false end
if tonumber(r.attempts) >= tonumber(A.max_attempts) then
  fail(A.id, r, 'failing', A.gave_up, seconds(A.now + A.give_up_s))
  return false
end
return take_claim(P .. key, due, A.id, r)
