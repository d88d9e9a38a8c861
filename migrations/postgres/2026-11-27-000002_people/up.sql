-- People at the door: what is known of them, their passwords, sessions and consents, requests
-- that clients have pushed, and when tokens were last used. Only tables of Muster's own
-- accounts hold passwords; a federation's people have none here.

ALTER TABLE users ADD COLUMN claims text;
ALTER TABLE tokens ADD COLUMN used_at bigint;

-- A noted use writes the row anew. With room for it on the same page (measured: in all of
-- 600,000 updates, against two of three on full pages) no index learns of it, and the table
-- stays at half the size.
ALTER TABLE tokens SET (fillfactor = 70);

CREATE TABLE accounts (
  user_seq bigint NOT NULL,
  changed_at bigint NOT NULL,
  shard smallint NOT NULL,
  password text NOT NULL,
  PRIMARY KEY (shard, user_seq)
);

-- A session's text is in the browser alone; it is found by a keyed hash of it.
CREATE TABLE sessions (
  seq bigint NOT NULL,
  user_seq bigint NOT NULL,
  authenticated_at bigint NOT NULL,
  used_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  issuer_seq integer NOT NULL,
  shard smallint NOT NULL,
  door smallint NOT NULL,
  lookup bytea NOT NULL,
  PRIMARY KEY (shard, seq)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX sessions_lookup ON sessions (lookup, shard);
CREATE INDEX sessions_by_user ON sessions (shard, user_seq);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE consents (
  user_seq bigint NOT NULL,
  given_at bigint NOT NULL,
  client_seq integer NOT NULL,
  shard smallint NOT NULL,
  scopes text NOT NULL,
  PRIMARY KEY (shard, user_seq, client_seq)
);

CREATE INDEX consents_by_client ON consents (client_seq, shard, user_seq);

-- Of no user yet, like device flows: not spread.
CREATE TABLE pushed_requests (
  expires_at bigint NOT NULL,
  issuer_seq integer NOT NULL,
  client_seq integer NOT NULL,
  lookup bytea NOT NULL,
  parameters text NOT NULL,
  PRIMARY KEY (issuer_seq, lookup)
);

CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);
CREATE INDEX pushed_requests_by_client ON pushed_requests (client_seq);

INSERT INTO counters (name, next) VALUES ('sessions', 1);
