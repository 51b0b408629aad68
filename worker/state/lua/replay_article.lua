-- Takes an article out of quarantine and starts it at the stage where it failed, as a sighting of its own.
-- 0 if it is not in quarantine (an article under way never is: starting takes it out).
-- uses: article
local kept = redis.call('HGET', P .. 'quarantine', A.id)
if not kept then return 0 end
local flight = cjson.decode(kept)
flight.day, flight.sighted_at = A.day, A.now
begin(A.day, flight.source)
note(A.id, 'sighted', 'replay ' .. flight.feed .. ' ' .. flight.url)
start(A.id, flight)
return 1
