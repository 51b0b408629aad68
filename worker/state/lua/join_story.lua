-- Puts an article into a story, and makes the stories that it shows to be one (A.merged, ids with blanks) part of it.
-- A.from: the story that the index names, if Redis does not know it any more. Doing it again changes nothing. Returns the number of this change: a process whose window is behind reads it anew.
-- uses: story
local from = redis.call('HGET', P .. 'stories:of', A.id) or A.from
if given(from) and from ~= A.story then leave(from, A.id, A.story) end
redis.call('DEL', P .. 'story:' .. A.story .. ':became')  -- a rebuild may give a story the name of one that was merged
keep_member(A.story, A.id, A.member)
redis.call('HSET', P .. A.window, A.id, A.features)
redis.call('ZADD', P .. A.window .. ':at', A.at, A.id)
for other in string.gmatch(A.merged, '%S+') do absorb(other, A.story) end
mark(A.story)
if A.window == 'stories:window' then redis.call('ZADD', P .. 'alerts:stories', A.now, A.story) end  -- a rebuild is no news
return redis.call('INCR', P .. 'stories:changes')
