-- Ends a claimed feed's poll badly; what was fetched for it is not believed. A stale token changes nothing (0).
-- uses: feed
local r = held(A.id)
if not r then return 0 end
ask_elsewhere(A.id, r)
book_reads(r)
fail(A.id, r, given(A.state) and A.state or 'failing', A.poll, A.next_at)
return 1
