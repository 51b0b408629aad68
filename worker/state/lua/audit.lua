-- The books of A.days (space separated) and what is under way, at one moment. JSON:
-- {sightings: {day: {source: n}}, outcomes: {day: {source:outcome: n}}, reads: {day: {source:what: n}}, under_way: {day: {source: n}}}
local function books(name)
  local found = {}
  for day in string.gmatch(A.days, '%S+') do found[day] = record(name .. ':' .. day) end
  return found
end

local under_way = {}
local function add(sighting)
  local day = under_way[sighting.day] or {}
  day[sighting.source] = (day[sighting.source] or 0) + 1
  under_way[sighting.day] = day
end

for _, stage in ipairs({'fetch', 'extract', 'outbox'}) do
  for _, id in ipairs(redis.call('ZRANGE', P .. 'due:' .. stage, 0, -1)) do
    local at, day, source, again = unpack(redis.call('HMGET', P .. 'article:' .. id, 'stage', 'day', 'source', 'again'))
    if at == stage then
      add({day = day, source = source})
      if again then add(cjson.decode(again)) end
    end
  end
end
return cjson.encode({
  sightings = books('sightings'), outcomes = books('outcomes'), reads = books('reads'), under_way = under_way,
})
