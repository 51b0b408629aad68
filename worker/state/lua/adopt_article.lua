-- Remembers an article whose document comes from an export, unless it is known already: later entries are its revisions.
-- Returns 0 for a forgotten one: it may not be written.
-- uses: article
if redis.call('SISMEMBER', P .. 'forgotten', A.id) == 1 then return 0 end
local key = P .. 'article:' .. A.id
if redis.call('EXISTS', key) == 1 then return 1 end
redis.call('HSET', key, 'outcome', 'indexed', 'ended_at', A.now, 'source', A.source)
redis.call('HSET', key, 'version', A.version, 'content_hash', A.content_hash, 'revision', A.revision)
redis.call('EXPIRE', key, KEEP_S)
note(A.id, 'imported', A.version)
return 1
