-- Gives an article of a story other facts; one that has left the story meanwhile is left alone. This is no news for alerts.
-- uses: story
if redis.call('HEXISTS', P .. 'story:' .. A.story, A.id) == 0 then return 0 end
keep_member(A.story, A.id, A.member)
mark(A.story)
return 1
