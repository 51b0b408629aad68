-- A person's split: these articles (A.ids, with blanks) leave A.story for A.new. What is parted stays parted.
-- uses: story
for id in string.gmatch(A.ids, '%S+') do
  move(id, A.story, A.new)
  redis.call('SADD', P .. 'story:apart:' .. id, A.story)
  redis.call('SREM', P .. 'story:together:' .. id, A.story)
end
redis.call('DEL', P .. 'story:' .. A.new .. ':became')
mark(A.story)
mark(A.new)
publish('story.split', A.story, cjson.encode({story = A.new}))
return redis.call('INCR', P .. 'stories:changes')
