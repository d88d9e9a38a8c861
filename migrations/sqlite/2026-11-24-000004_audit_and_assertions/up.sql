-- The audit trail. The one row of `audit_end` is its end; who appends locks it.
CREATE TABLE audit (
  number integer NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  event text NOT NULL,
  body text NOT NULL,
  previous blob NOT NULL,
  hash blob NOT NULL
);

CREATE TABLE audit_end (
  only_row smallint NOT NULL PRIMARY KEY CHECK (only_row = 1),
  next bigint NOT NULL,
  last_at bigint NOT NULL,
  last_hash blob NOT NULL
);

INSERT INTO audit_end (only_row, next, last_at, last_hash)
VALUES (1, 1, 0, zeroblob(32));

-- Client assertions already used, by a hash of party and jti.
CREATE TABLE assertions (
  issuer_seq integer NOT NULL,
  digest blob NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (issuer_seq, digest)
);

CREATE INDEX assertions_by_expiry ON assertions (expires_at);
