-- What issuing needs: rights that a token carries, descent of transactions, codes, device
-- flows, trusted issuers, and who may clean up.

-- `details` is what a token entitles to; null: it came from elsewhere, and the scopes of its
-- transaction hold. `successor` is the element that a rotated token was used up for.
ALTER TABLE tokens ADD COLUMN details text;
ALTER TABLE tokens ADD COLUMN successor bigint;

-- Clean-up begins with what ended first. A rotated token waits until it would have expired.
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
CREATE INDEX tokens_by_revocation ON tokens (ended_at) WHERE ended_at IS NOT NULL AND state = 1;

-- An exchanged transaction lies in the shard of its parent.
ALTER TABLE transactions ADD COLUMN expires_at bigint;
ALTER TABLE transactions ADD COLUMN parent_seq bigint;
ALTER TABLE transactions ADD COLUMN depth smallint NOT NULL DEFAULT 0;
CREATE INDEX transactions_by_parent ON transactions (shard, parent_seq)
  WHERE parent_seq IS NOT NULL;

-- One code for each transaction, found by a keyed hash.
CREATE TABLE codes (
  tx_seq bigint NOT NULL,
  issued_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  redeemed_at bigint,
  issuer_seq integer NOT NULL,
  client_seq integer NOT NULL,
  shard smallint NOT NULL,
  strangers smallint NOT NULL,
  lookup bytea NOT NULL,
  details text NOT NULL,
  PRIMARY KEY (shard, tx_seq)
);

CREATE UNIQUE INDEX codes_lookup ON codes (lookup, shard);
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- A flow begins before its user is known, and its user code is unique in the whole issuer:
-- so this table is not spread by its shard, which is that of the client.
CREATE TABLE device_flows (
  seq bigint NOT NULL,
  started_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  approved_at bigint,
  polled_at bigint,
  interval_ms bigint NOT NULL,
  user_seq bigint,
  issuer_seq integer NOT NULL,
  client_seq integer NOT NULL,
  shard smallint NOT NULL,
  user_shard smallint,
  state smallint NOT NULL,
  device_lookup bytea NOT NULL,
  user_lookup bytea NOT NULL,
  details text NOT NULL,
  PRIMARY KEY (shard, seq),
  UNIQUE (issuer_seq, user_lookup)
);

CREATE UNIQUE INDEX device_flows_lookup ON device_flows (device_lookup, shard);
CREATE INDEX device_flows_by_expiry ON device_flows (expires_at);
CREATE INDEX device_flows_by_user ON device_flows (user_shard, user_seq)
  WHERE user_seq IS NOT NULL;

-- Whose assertions about users are believed (RFC 7523).
CREATE TABLE trusted_issuers (
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  url text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  jwks text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (issuer_seq, url)
);

-- Who does what only one process may do at a time.
CREATE TABLE leases (
  name text NOT NULL PRIMARY KEY,
  holder text NOT NULL,
  until bigint NOT NULL
);

INSERT INTO counters (name, next) VALUES ('device_flows', 1);
