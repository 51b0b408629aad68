-- What the drain sends next: up to A.limit documents, longest waiting first, together at most A.max_bytes (but at least one).
-- Returns id, value, id, value … and changes nothing, except that an id without a document is no longer due.
-- uses: outbox
local found, bytes = {}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due:outbox', '-inf', A.now, 'LIMIT', 0, A.limit)) do
  local value = redis.call('HGET', DOCS, id)
  if not value then
    redis.call('ZREM', P .. 'due:outbox', id)
  else
    bytes = bytes + #value
    if #found > 0 and bytes > tonumber(A.max_bytes) then break end
    found[#found + 1] = id
    found[#found + 1] = value
  end
end
return found
