-- Makes the set of watched feeds what the catalogue says (A.feeds: JSON list of id, url, host, source and definition, which is JSON that only claims hand on). New ones and those
-- whose address changed are due now, without the old address's validators; those that are gone stop at once, and what is
-- known about them is kept for 90 days. The rest is left alone. Returns ids: {added, moved, removed}, space separated.
-- uses: feed
local KEEP_S = 90 * 86400
local added, moved, removed, wanted = {}, {}, {}, {}

local function keys_of(id)
  local key = P .. 'feed:' .. id
  return {key, key .. ':polls', key .. ':seen'}
end

local function stop(id)
  redis.call('ZREM', P .. 'due:poll', id)
  redis.call('ZREM', P .. 'due:parse', id)
  redis.call('HDEL', P .. 'feed:' .. id, 'stage', 'token', 'lease_until', 'fetched')
end

local function begin(feed)
  redis.call('HSET', P .. 'feed:' .. feed.id, 'url', feed.url, 'host', feed.host, 'stage', 'poll', 'attempts', 0, 'source', feed.source)
  redis.call('ZADD', P .. 'due:poll', A.now, feed.id)
end

for _, feed in ipairs(cjson.decode(A.feeds)) do
  wanted[feed.id] = true
  local r = record('feed:' .. feed.id)
  if r.definition ~= feed.definition then
    redis.call('HSET', P .. 'feed:' .. feed.id, 'definition', feed.definition)
  end
  if r.url and r.url ~= feed.url then
    stop(feed.id)
    redis.call('HDEL', P .. 'feed:' .. feed.id, 'etag', 'last_modified', 'final_url', 'body_hash', 'not_modified', 'full_at', 'habits', 'rhythm',
      'ask', 'ask_why', 'ask_until', 'moved_to', 'moved', 'wish_s')
  end
  if redis.call('SADD', P .. 'feeds', feed.id) == 1 then
    for _, key in ipairs(keys_of(feed.id)) do redis.call('PERSIST', key) end
    begin(feed)
    set_state(feed.id, r, 'new')
    added[#added + 1] = feed.id
  elseif r.url ~= feed.url then
    begin(feed)
    moved[#moved + 1] = feed.id
  end
end
for _, id in ipairs(redis.call('SMEMBERS', P .. 'feeds')) do
  if not wanted[id] then
    stop(id)
    set_state(id, record('feed:' .. id), 'off')
    redis.call('SREM', P .. 'feeds', id)
    for _, key in ipairs(keys_of(id)) do redis.call('EXPIRE', key, KEEP_S) end
    removed[#removed + 1] = id
  end
end
return {table.concat(added, ' '), table.concat(moved, ' '), table.concat(removed, ' ')}
