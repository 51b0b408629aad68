-- Begins a rebuild unless one is under way; returns its id, or nothing. The record says who began it.
-- uses: event
if redis.call('EXISTS', P .. 'upkeep') == 1 then return false end
redis.call('HSET', P .. 'upkeep', 'run', A.run, 'kind', A.kind, 'owner', A.owner, 'began_at', A.now, 'facts', A.facts)
publish('rebuild.begun', A.kind, cjson.encode({run = A.run, owner = A.owner}))
return A.run
