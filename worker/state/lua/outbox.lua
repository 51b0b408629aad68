-- The outbox's books: its byte counter is the exact size of what `outbox:docs` holds.
-- Values are «version, newline, document».
local DOCS, BYTES = P .. 'outbox:docs', P .. 'outbox:bytes'

local function version_in_outbox(id)
  local value = redis.call('HGET', DOCS, id)
  return value and string.match(value, '^%d+')
end

local function take_out(id)
  local size = redis.call('HSTRLEN', DOCS, id)
  redis.call('HDEL', DOCS, id)
  redis.call('DECRBY', BYTES, size)
end

local function put_in(id, version, document)
  take_out(id)
  local value = version .. '\n' .. document
  redis.call('HSET', DOCS, id, value)
  redis.call('INCRBY', BYTES, #value)
end
