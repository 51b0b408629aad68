-- Ends a sighting whose document was sent: takes it out, books the outcome, publishes it, shrinks the record and starts
-- an article marked «once more». Only if the outbox still holds the version that was sent (else 0).
-- uses: article, outbox
if version_in_outbox(A.id) ~= A.version then return 0 end
local r = record('article:' .. A.id)
take_out(A.id)

-- The recheck times as the record keeps them: a recheck itself does not start the series anew.
local function rechecks()
  if not given(r.recheck_after) then return '' end
  if r.kind == 'again' then return r.rechecks end
  local times = {}
  for after in string.gmatch(r.recheck_after, '%S+') do times[#times + 1] = seconds(A.now + after) end
  return table.concat(times, ' ')
end

if A.outcome == 'indexed' then
  local outcome = r.revision and 'revised' or 'indexed'
  r.revision, r.version, r.content_hash = (r.revision or 0) + 1, A.version, r.new_hash
  r.rechecks = rechecks()
  observe('searchable', A.now - (r.sighted_at or A.now))
  publish('article.' .. outcome, A.id, r.headline)
  finish(A.id, r, outcome)
elseif A.outcome == 'quarantined' then
  r.stage = 'extract'  -- where a replay begins
  redis.call('ZREM', P .. 'due:outbox', A.id)
  quarantine(A.id, r, A.reason)
else
  finish(A.id, r, given(A.reason) and (A.outcome .. ':' .. A.reason) or A.outcome)
end
return 1
