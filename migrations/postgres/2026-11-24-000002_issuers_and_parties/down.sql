DROP TABLE signing_keys;
DROP TABLE administers;
DROP TABLE clients;
DROP TABLE admins;
DROP TABLE issuers;
