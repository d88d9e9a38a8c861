-- The names that clients serve, as their registrations say: an audience is looked up by name.
-- Longer names than an audience can have are left out.
CREATE TABLE served_names (
  issuer_seq integer NOT NULL REFERENCES issuers (seq),
  client_seq integer NOT NULL REFERENCES clients (seq),
  name text NOT NULL,
  PRIMARY KEY (issuer_seq, name, client_seq)
) WITHOUT ROWID;

CREATE INDEX served_names_by_client ON served_names (client_seq);

INSERT INTO served_names (issuer_seq, client_seq, name)
  SELECT DISTINCT c.issuer_seq, c.seq, s.value
  FROM clients c, json_each(c.registration, '$.serves') s
  WHERE length(CAST(s.value AS blob)) <= 2000;
