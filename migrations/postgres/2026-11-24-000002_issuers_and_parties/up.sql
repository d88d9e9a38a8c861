-- The small tables. Ids compare byte for byte, hence the collation.
CREATE TABLE issuers (
  seq integer PRIMARY KEY,
  status smallint NOT NULL,
  created_at bigint NOT NULL,
  url text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE admins (
  seq integer PRIMARY KEY,
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  status smallint NOT NULL,
  methods smallint NOT NULL,
  list_users boolean NOT NULL,
  list_users_other_clients boolean NOT NULL,
  max_clients integer,
  version bigint NOT NULL,
  created_at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  email text,
  secret text,
  jwks text,
  UNIQUE (issuer_seq, id)
);

CREATE TABLE clients (
  seq integer PRIMARY KEY,
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  kind smallint NOT NULL,
  status smallint NOT NULL,
  methods smallint NOT NULL,
  version bigint NOT NULL,
  created_at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  secret text,
  jwks text,
  registration text NOT NULL,
  UNIQUE (issuer_seq, id)
);

-- Which admin administers which client.
CREATE TABLE administers (
  admin_seq integer NOT NULL REFERENCES admins (seq),
  client_seq integer NOT NULL REFERENCES clients (seq),
  PRIMARY KEY (admin_seq, client_seq)
);

CREATE INDEX administers_by_client ON administers (client_seq, admin_seq);

CREATE TABLE signing_keys (
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  kid text COLLATE "C" NOT NULL,
  algorithm text NOT NULL,
  state smallint NOT NULL,
  public_jwk text NOT NULL,
  data_key integer,
  private_sealed bytea,
  created_at bigint NOT NULL,
  published_until bigint,
  PRIMARY KEY (issuer_seq, kid)
);
