-- The article's document names the story now, unless it was moved again meanwhile.
if redis.call('HGET', P .. 'stories:moved', A.id) == A.story then
  return redis.call('HDEL', P .. 'stories:moved', A.id)
end
return 0
