-- Queries on the audit trail for SQLite: each gives `who` and `number`, and a row is an alert.
-- Only the last 200,000 records are looked at, so that a long trail costs no more.

-- an_admin_listed_more_than_20_users_in_an_hour
SELECT body ->> 'admin' AS who, count(DISTINCT body ->> 'subject_hmac') AS number
FROM audit
WHERE event = 'token_info_listed' AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 3600000
GROUP BY 1
HAVING count(DISTINCT body ->> 'subject_hmac') > 20;

-- the_cross_client_privilege_was_used
SELECT body ->> 'admin' AS who, count(*) AS number
FROM audit
WHERE event = 'token_info_listed' AND body ->> 'every_client' AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 3600000
GROUP BY 1;

-- a_token_stood_in_a_url
SELECT coalesce(body ->> 'admin', body ->> 'actor_client') AS who, count(*) AS number
FROM audit
WHERE event IN ('token_info_listed', 'grant_refused', 'client_authentication') AND body ->> 'by_get'
  AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 3600000
GROUP BY 1;

-- more_than_100_failures_from_an_address_in_an_hour
SELECT body ->> 'ip' AS who, sum(coalesce(body ->> 'stands_for', 1)) AS number
FROM audit
WHERE event = 'client_authentication' AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 3600000
GROUP BY 1
HAVING sum(coalesce(body ->> 'stands_for', 1)) > 100;

-- a_right_was_given_today
SELECT body ->> 'admin' AS who, count(*) AS number
FROM audit
WHERE event IN ('right_given', 'admin_approved') AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 86400000
GROUP BY 1;

-- something_to_look_into_today
SELECT event AS who, count(*) AS number
FROM audit
WHERE event IN ('panicked', 'trail_mended', 'config_changed') AND number > (SELECT next FROM audit_end) - 200000 AND at > unixepoch() * 1000 - 86400000
GROUP BY 1;
