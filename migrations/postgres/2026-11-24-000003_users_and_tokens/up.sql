-- Everything that belongs to a user carries its shard, and every unique index contains
-- it, so that these tables can be distributed by it (decision 0003). There are no foreign
-- keys between them: a page of a listing must not pay for what a unit already guarantees.
CREATE TABLE users (
  seq bigint NOT NULL,
  created_at bigint NOT NULL,
  issuer_seq integer NOT NULL,
  shard smallint NOT NULL,
  status smallint NOT NULL,
  uid_digest bytea NOT NULL,
  uid text NOT NULL,
  PRIMARY KEY (shard, seq),
  UNIQUE (shard, issuer_seq, uid_digest)
);

-- At which clients a user has transactions: a listing starts here.
CREATE TABLE holdings (
  user_seq bigint NOT NULL,
  client_seq integer NOT NULL,
  shard smallint NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (shard, user_seq, client_id)
);

CREATE INDEX holdings_by_client ON holdings (client_seq, shard, user_seq);

CREATE TABLE transactions (
  seq bigint NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint,
  user_seq bigint,
  issuer_seq integer NOT NULL,
  client_seq integer NOT NULL,
  shard smallint NOT NULL,
  code text COLLATE "C" NOT NULL,
  scopes text NOT NULL,
  PRIMARY KEY (shard, seq),
  UNIQUE (issuer_seq, code, shard)
);

CREATE INDEX transactions_listing
  ON transactions (shard, user_seq, client_seq, started_at, code);

-- A token's text is sealed; it is found by a keyed hash of it. `elem_at` and `elem_seq`
-- are the issue time and the number of the earliest token of its element.
CREATE TABLE tokens (
  seq bigint NOT NULL,
  tx_seq bigint NOT NULL,
  started_at bigint NOT NULL,
  elem_at bigint NOT NULL,
  elem_seq bigint NOT NULL,
  issued_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint,
  user_seq bigint,
  issuer_seq integer NOT NULL,
  client_seq integer NOT NULL,
  data_key integer,
  shard smallint NOT NULL,
  kind smallint NOT NULL,
  state smallint NOT NULL,
  lookup bytea,
  jti text COLLATE "C" NOT NULL,
  sealed bytea,
  PRIMARY KEY (shard, seq)
);

CREATE UNIQUE INDEX tokens_lookup ON tokens (lookup, shard);

CREATE INDEX tokens_listing
  ON tokens (shard, user_seq, client_seq, started_at, tx_seq, elem_at, elem_seq, kind);

-- Imported tokens whose text is unknown are known by their identifier alone.
CREATE INDEX tokens_without_text ON tokens (jti) WHERE lookup IS NULL;
