-- A person's merge: A.other becomes part of A.story. Their ids are articles, which stay together when stories are found anew.
-- uses: story
absorb(A.other, A.story)
for one, other in pairs({[A.other] = A.story, [A.story] = A.other}) do
  redis.call('SADD', P .. 'story:together:' .. one, other)
  redis.call('SREM', P .. 'story:apart:' .. one, other)
end
mark(A.story)
return redis.call('INCR', P .. 'stories:changes')
