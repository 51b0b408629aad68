-- Claims addresses (as article ids, its own included) for an article called A.title. Returns the id of the article that has one
-- of them already, its own id when it has them all, an empty string for a stale token. Who is in the index keeps its place; who
-- never got there and is not under way loses its addresses to the next who asks. A claim is «id title», before 0.2 «id»;
-- «-» is an address that no one can claim (withdraw_alias), but for the article that lives there.
-- uses: article
local r = held(A.id)
if not r then return '' end
if r.version then return A.id end

local function keeps_it(id, claimed)
  if redis.call('SISMEMBER', P .. 'forgotten', id) == 1 then return true end
  local version, stage = unpack(redis.call('HMGET', P .. 'article:' .. id, 'version', 'stage'))
  return version or (claimed and stage)
end

-- An owner that is under way may yet be rejected; what this article needs to start again is kept with it until then.
local function wait_for(owner)
  if redis.call('HEXISTS', P .. 'article:' .. owner, 'version') == 1 then return end
  local flight = {}
  for _, field in ipairs(FLIGHT) do flight[field] = r[field] end
  redis.call('HSET', P .. 'rivals:' .. owner, A.id, cjson.encode(flight))
  redis.call('EXPIRE', P .. 'rivals:' .. owner, KEEP_S)
end

local claimable = {A.id}
for alias in string.gmatch(A.aliases, '%S+') do
  if redis.call('GET', P .. 'alias:' .. alias) ~= '-' then claimable[#claimable + 1] = alias end
end
for _, alias in ipairs(claimable) do
  local claim = redis.call('GET', P .. 'alias:' .. alias)
  local claimed_by = claim and claim ~= '-' and string.match(claim, '^%S+')
  local owner = claimed_by or alias
  if owner ~= A.id and keeps_it(owner, claimed_by) then
    note(A.id, 'alias-of', owner)
    wait_for(owner)
    return owner
  end
end
for _, alias in ipairs(claimable) do
  redis.call('SET', P .. 'alias:' .. alias, A.id .. ' ' .. A.title, 'EX', KEEP_S)
end
return A.id
