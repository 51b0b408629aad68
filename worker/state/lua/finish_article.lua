-- Ends the claimed article's sighting. A stale token changes nothing (0).
-- uses: article
local r = held(A.id)
if not r then return 0 end
if A.outcome == 'quarantined' then
  quarantine(A.id, r, given(A.reason) and A.reason or (r.error or 'error'))
else
  finish(A.id, r, given(A.reason) and (A.outcome .. ':' .. A.reason) or A.outcome)
end
return 1
