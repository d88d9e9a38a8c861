DROP TABLE tokens;
DROP TABLE transactions;
DROP TABLE holdings;
DROP TABLE users;
