-- What all changes of a story share. `stories:of`: article → story; `story:{id}`: article → its facts as JSON;
-- `stories:unwritten`: stories whose document in the index is behind; `stories:moved`: articles whose `story` there is.
-- uses: event
local STORY_KEEP_S = 90 * 86400

-- Writes down that the story has changed, with a version for its document that is higher than the last one.
local function mark(story)
  local version = math.max(math.floor(A.now * 1000), tonumber(redis.call('GET', P .. 'stories:version') or 0) + 1)
  version = string.format('%.0f', version)
  redis.call('SET', P .. 'stories:version', version)
  redis.call('HSET', P .. 'stories:unwritten', story, version)
end

local function keep_member(story, id, member)
  redis.call('HSET', P .. 'story:' .. story, id, member)
  redis.call('EXPIRE', P .. 'story:' .. story, STORY_KEEP_S)
  redis.call('HSET', P .. 'stories:of', id, story)
end

-- Takes an article out of a story that it was in. An empty one goes on naming the story that its last article is in.
local function leave(from, id, story)
  redis.call('HDEL', P .. 'story:' .. from, id)
  if redis.call('EXISTS', P .. 'story:' .. from) == 0 then
    redis.call('SET', P .. 'story:' .. from .. ':became', story, 'EX', STORY_KEEP_S)
  end
  mark(from)
end

-- Moves one article to another story, in the index too.
local function move(id, from, story)
  local member = redis.call('HGET', P .. 'story:' .. from, id)
  if not member then return end
  redis.call('HDEL', P .. 'story:' .. from, id)
  keep_member(story, id, member)
  redis.call('HSET', P .. 'stories:moved', id, story)
end

-- Makes a story part of another one; its id goes on naming what it became.
local function absorb(other, story)
  if other == story then return end
  for _, id in ipairs(redis.call('HKEYS', P .. 'story:' .. other)) do move(id, other, story) end
  redis.call('SET', P .. 'story:' .. other .. ':became', story, 'EX', STORY_KEEP_S)
  redis.call('DEL', P .. 'story:' .. story .. ':became')
  mark(other)
  publish('story.merged', other, cjson.encode({story = story}))
end
