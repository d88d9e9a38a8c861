DELETE FROM counters WHERE name = 'sessions';
DROP TABLE pushed_requests;
DROP TABLE consents;
DROP TABLE sessions;
DROP TABLE accounts;
ALTER TABLE tokens RESET (fillfactor);
ALTER TABLE tokens DROP COLUMN used_at;
ALTER TABLE users DROP COLUMN claims;
