-- Running totals since the state began, for `kuzet metrics`: what is counted, and how long things took.
local TOTALS = P .. 'totals'
local BOUNDS_S = {0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600}

local function total(name)
  redis.call('HINCRBY', TOTALS, name, 1)
end

-- Counts seconds in the first bucket that holds them; beyond the last bound only `sum` and `count` know them.
local function observe(name, took_s)
  took_s = math.max(0, took_s)
  for _, bound in ipairs(BOUNDS_S) do
    if took_s <= bound then
      total(name .. ' ' .. bound)
      break
    end
  end
  total(name .. ' count')
  redis.call('HINCRBYFLOAT', TOTALS, name .. ' sum', seconds(took_s))
end
