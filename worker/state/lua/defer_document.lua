-- Leaves a document alone until A.until, if the outbox still holds that version (else 0).
-- uses: outbox
if version_in_outbox(A.id) ~= A.version then return 0 end
redis.call('ZADD', P .. 'due:outbox', A['until'], A.id)
return 1
