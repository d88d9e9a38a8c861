-- Numbers for new rows are handed out in blocks; see crates/store-diesel/src/numbers.rs.
CREATE TABLE counters (
  name text PRIMARY KEY,
  next bigint NOT NULL
);

INSERT INTO counters (name, next) VALUES
  ('issuers', 1), ('admins', 1), ('clients', 1), ('users', 1),
  ('transactions', 1), ('tokens', 1), ('data_keys', 1);

-- Data keys, wrapped by a key that is never in this database (decision 0005).
CREATE TABLE data_keys (
  id integer PRIMARY KEY,
  purpose smallint NOT NULL,
  kek_id text NOT NULL,
  wrapped bytea NOT NULL,
  created_at bigint NOT NULL
);
