-- publish(kind, subject, data): one event for everybody who watches. The stream is capped; data is JSON.
local EVENTS_KEPT = 10000

local function publish(kind, subject, data)
  redis.call('XADD', P .. 'events', 'MAXLEN', '~', EVENTS_KEPT, '*', 'kind', kind, 'subject', subject, 'at', A.now, 'data', data)
end
