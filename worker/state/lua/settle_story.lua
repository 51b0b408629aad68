-- The story's document is in the index: unless it has changed meanwhile, nothing more is to be written.
if redis.call('HGET', P .. 'stories:unwritten', A.story) == A.version then
  return redis.call('HDEL', P .. 'stories:unwritten', A.story)
end
return 0
