-- Claims an article for a stage: right stage, due, no live claim → one more attempt, a fresh token, due when the lease ends.
-- Returns the record, or nothing. The fourth claim of a stage quarantines. An ended article whose recheck is due becomes a
-- sighting of kind `again` here.
-- uses: article, lease
local key, due = 'article:' .. A.id, P .. 'due:' .. A.stage
local r = record(key)

local function recheck()
  local now = tonumber(A.now)
  local first = tonumber(string.match(r.rechecks, '^%S+'))
  if first > now then
    redis.call('ZADD', due, first, A.id)
    return false
  end
  local later = {}
  for at in string.gmatch(r.rechecks, '%S+') do
    if tonumber(at) > now then later[#later + 1] = at end
  end
  begin(A.day, r.source)
  note(A.id, 'sighted', 'again ' .. r.feed .. ' ' .. r.url)
  redis.call('HSET', P .. key, 'rechecks', table.concat(later, ' '))
  r.stage, r.kind, r.day, r.sighted_at = 'fetch', 'again', A.day, A.now
  start(A.id, r)
  r = record(key)
  return true
end

if not r.stage and given(r.rechecks) and A.stage == 'fetch' then
  if not recheck() then return false end
elseif r.stage ~= A.stage then
  redis.call('ZREM', due, A.id)
  return false
elseif has_live_claim(r) or not is_due(due, A.id, r) then
  return false
end

if tonumber(r.attempts) >= tonumber(A.max_attempts) then
  quarantine(A.id, r, r.error or (A.stage .. '-attempts'))
  return false
end
return take_claim(P .. key, due, A.id, r)
