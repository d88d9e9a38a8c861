-- The names that clients serve, as their registrations say: an audience is looked up by name.
-- Longer names than an audience can have are left out.
CREATE TABLE served_names (
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  client_seq integer NOT NULL REFERENCES clients (seq),
  name text COLLATE "C" NOT NULL,
  PRIMARY KEY (issuer_seq, name, client_seq)
);

CREATE INDEX served_names_by_client ON served_names (client_seq);

INSERT INTO served_names (issuer_seq, client_seq, name)
  SELECT DISTINCT c.issuer_seq, c.seq, s.name
  FROM clients c, json_array_elements_text(c.registration::json -> 'serves') AS s (name)
  WHERE octet_length(s.name) <= 2000;
