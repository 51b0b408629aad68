-- Before every script: KEYS[1] is the prefix of all keys, ARGV holds names and values in turn (A.name). Times are epoch
-- seconds as text; an empty value means «not given».
local P = KEYS[1]
local A = {}
for i = 1, #ARGV, 2 do A[ARGV[i]] = ARGV[i + 1] end

local function given(value) return value ~= nil and value ~= false and value ~= '' end

local function seconds(number) return string.format('%.3f', number) end

-- A hash as a table; an absent one is empty.
local function record(name)
  local flat, fields = redis.call('HGETALL', P .. name), {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end
