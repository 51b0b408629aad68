-- Moves a claimed article to the outbox with its document, and gives the document its version: now in ms, or the last
-- version + 1 if the clock went back. A.remark: why the text is not the page's, a line of the journey. Returns the version; an empty string for a stale token.
-- uses: article, outbox
local r = held(A.id)
if not r then return '' end
local version = math.max(math.floor(A.now * 1000), (tonumber(r.version) or 0) + 1)
version = string.format('%.0f', version)
put_in(A.id, version, A.document)
local key = P .. 'article:' .. A.id
redis.call('ZREM', P .. 'due:' .. r.stage, A.id)
redis.call('ZADD', P .. 'due:outbox', A.now, A.id)
redis.call('HSET', key, 'stage', 'outbox', 'new_hash', A.content_hash, 'headline', A.headline, 'recheck_after', A.recheck_after)
redis.call('HDEL', key, 'token', 'lease_until', 'error')
note(A.id, 'outbox', given(A.remark) and (version .. ' ' .. A.remark) or version)
return version
