-- Takes an address from the article that claimed it: a second one with another title names it too, so it is a list and no
-- article. No one can claim it for as long as claims are kept. Nothing (0) when A.owner has no such claim (any more).
-- uses: article
local claim = redis.call('GET', P .. 'alias:' .. A.alias)
if not claim or string.match(claim, '^%S+') ~= A.owner then return 0 end
redis.call('SET', P .. 'alias:' .. A.alias, '-', 'EX', KEEP_S)
note(A.owner, 'alias-withdrawn', A.alias)
return 1
