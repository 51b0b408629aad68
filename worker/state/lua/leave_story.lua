-- Takes a forgotten article out of its story and out of the window.
-- uses: story
local story = redis.call('HGET', P .. 'stories:of', A.id)
redis.call('HDEL', P .. 'stories:of', A.id)
redis.call('HDEL', P .. 'stories:moved', A.id)
redis.call('HDEL', P .. 'stories:window', A.id)
redis.call('ZREM', P .. 'stories:window:at', A.id)
if not story then return '' end
redis.call('HDEL', P .. 'story:' .. story, A.id)
mark(story)
redis.call('INCR', P .. 'stories:changes')
return story
