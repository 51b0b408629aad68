-- A host's time slots. Returns when A.item may ask A.host: an empty string for «now», else a later time that is A.item's own.
-- A page (A.is_page) also waits for what holds pages alone, without a slot: feeds are not kept waiting behind it.
--
-- The slot of an item that comes back for it stays its own until it came: it does not queue up again. On time (up to
-- A.tolerance_s late) it always goes. Later than that it goes if the host has had its rest since the last request, else it
-- takes a new slot, so that a stalled worker's backlog does not arrive at once.
-- uses: host
local key, slots = P .. 'host:' .. A.host, P .. 'host:' .. A.host .. ':slots'
local now, spacing = tonumber(A.now), tonumber(A.spacing_s)
local host = record('host:' .. A.host)
if forget_future(A.host, host.last, host.promised) then host = {} end
local rested_at = (tonumber(host.last) or -math.huge) + spacing
local not_before = tonumber(host.not_before) or 0
local mine = tonumber(redis.call('ZSCORE', slots, A.item) or nil)

redis.call('HSET', key, 'spacing', A.spacing_s)
redis.call('EXPIRE', key, A.keep_s)
local pages_not_before = tonumber(host.pages_not_before) or 0
if given(A.is_page) and pages_not_before > now then return seconds(pages_not_before) end

local function go()
  redis.call('ZREM', slots, A.item)
  redis.call('HSET', key, 'last', seconds(now))
  redis.call('EXPIRE', key, A.keep_s)
  return ''
end

if mine and mine > now and mine >= not_before then return seconds(mine) end
if mine and now >= not_before and (now <= mine + tonumber(A.tolerance_s) or now >= rested_at) then return go() end

local slot = math.max(now, not_before, tonumber(host.next) or 0, rested_at)
redis.call('HSET', key, 'next', seconds(slot + spacing))
if slot <= now then return go() end
redis.call('ZADD', slots, seconds(slot), A.item)
redis.call('ZREMRANGEBYSCORE', slots, '-inf', now - tonumber(A.keep_s))
redis.call('EXPIRE', key, A.keep_s)
redis.call('EXPIRE', slots, A.keep_s)
return seconds(slot)
