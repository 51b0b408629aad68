-- Ends the rebuild, if the step is still the caller's (else 0): its record becomes `upkeep:last`, with A.problem when it failed.
-- uses: event
local r = record('upkeep')
if not r.token or r.token ~= A.token then return 0 end
local last = P .. 'upkeep:last'
redis.call('DEL', P .. 'upkeep', last)
redis.call('HSET', last, 'run', r.run, 'kind', r.kind, 'owner', r.owner, 'began_at', r.began_at)
redis.call('HSET', last, 'facts', A.facts, 'ended_at', A.now, 'problem', A.problem)
local event = given(A.problem) and 'rebuild.failed' or 'rebuild.done'
publish(event, r.kind, cjson.encode({run = r.run, owner = r.owner, problem = A.problem}))
return 1
