DROP TABLE served_names;
