DROP TABLE data_keys;
DROP TABLE counters;
