-- Lets each feed's next document be read as its first one: what it lists and the state knows is known all the same.
for _, feed in ipairs(redis.call('SMEMBERS', P .. 'feeds')) do
  redis.call('DEL', P .. 'feed:' .. feed .. ':seen')
  redis.call('HDEL', P .. 'feed:' .. feed, 'etag', 'last_modified', 'body_hash')
end
return 1
