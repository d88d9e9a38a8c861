DROP TABLE assertions;
DROP TABLE audit_end;
DROP TABLE audit;
