-- Spreads Muster's tables over the workers of a Citus cluster (decision 0003).
-- Run once, on the coordinator, after `muster migrate run`; see docs/operations/citus.md.

-- Small tables: a copy on every node, so that joins stay where the tokens are.
SELECT create_reference_table('issuers');
SELECT create_reference_table('admins');
SELECT create_reference_table('clients');
SELECT create_reference_table('administers');
SELECT create_reference_table('served_names');
SELECT create_reference_table('signing_keys');
SELECT create_reference_table('trusted_issuers');
SELECT create_reference_table('data_keys');

-- What belongs to a user lies together, wherever its shard lies.
SELECT create_distributed_table('users', 'shard', colocate_with => 'none');
SELECT create_distributed_table('holdings', 'shard', colocate_with => 'users');
SELECT create_distributed_table('transactions', 'shard', colocate_with => 'users');
SELECT create_distributed_table('tokens', 'shard', colocate_with => 'users');
SELECT create_distributed_table('codes', 'shard', colocate_with => 'users');

-- `counters`, `leases`, `audit`, `audit_end` and `assertions` stay on the coordinator: their
-- rows wait for each other by design. So does `device_flows`: short, and its user codes are
-- unique in a whole issuer.
