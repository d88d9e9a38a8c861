//! Clean-up on both engines: each kind of row is found by the index of its end, and a
//! transaction by the last row of its own that goes.
//!
//! So no batch looks at anything that is still in use: an index of all transactions by their
//! start would lead past every old one that is still refreshed.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use muster_domain::{Descent, Timestamp};
use muster_store::{Cleaned, CleaningWriting, StoreError};

use crate::backend::BulkDelete;
use crate::error::store_error;
use crate::leases::Leases;
use crate::schema::{codes, device_flows, tokens, transactions};
use crate::session::Session;

/// Numbers of rows by shard: each shard is one place of a cluster.
type ByShard = BTreeMap<i16, BTreeSet<i64>>;

/// So many rows of a shard are deleted at once, so that no statement runs for long.
const AT_ONCE: usize = 500;

/// The words of the partial index `tokens_by_revocation`, which a bound value would not match.
const REVOKED: &str = "tokens.ended_at IS NOT NULL AND tokens.state = 1";

fn by_shard(rows: impl IntoIterator<Item = (i16, i64)>) -> ByShard {
    let mut found = ByShard::new();
    for (shard, seq) in rows {
        found.entry(shard).or_default().insert(seq);
    }
    found
}

/// Each shard with some of its numbers.
fn portions(rows: &ByShard) -> Vec<(i16, Vec<i64>)> {
    let mut found = Vec::with_capacity(rows.len());
    for (shard, seqs) in rows {
        let seqs: Vec<i64> = seqs.iter().copied().collect();
        found.extend(seqs.chunks(AT_ONCE).map(|some| (*shard, some.to_vec())));
    }
    found
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// What is asked of a transaction that may be needed no more.
#[derive(Queryable, Selectable)]
#[diesel(table_name = transactions)]
struct Candidate {
    seq: i64,
    started_at: i64,
    user_seq: Option<i64>,
    client_seq: i32,
    shard: i16,
    parent_seq: Option<i64>,
}

macro_rules! cleaning {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            /// Shard, number and transaction of tokens that are over.
            fn tokens_over(
                &mut self,
                before: i64,
                limit: i64,
            ) -> Result<Vec<(i16, i64, i64)>, StoreError> {
                let mut over: Vec<(i16, i64, i64)> = tokens::table
                    .filter(tokens::expires_at.le(before))
                    .order(tokens::expires_at)
                    .select((tokens::shard, tokens::seq, tokens::tx_seq))
                    .limit(limit)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let left = limit.saturating_sub(count(over.len()));
                if left > 0 {
                    let revoked: Vec<(i16, i64, i64)> = tokens::table
                        .filter(sql::<Bool>(REVOKED))
                        .filter(tokens::ended_at.le(before))
                        .filter(tokens::expires_at.gt(before))
                        .order(tokens::ended_at)
                        .select((tokens::shard, tokens::seq, tokens::tx_seq))
                        .limit(left)
                        .load(&mut *self.connection)
                        .map_err(store_error)?;
                    over.extend(revoked);
                }
                Ok(over)
            }

            fn codes_over(
                &mut self,
                before: i64,
                limit: i64,
            ) -> Result<Vec<(i16, i64)>, StoreError> {
                codes::table
                    .filter(codes::expires_at.le(before))
                    .order(codes::expires_at)
                    .select((codes::shard, codes::tx_seq))
                    .limit(limit)
                    .load(&mut *self.connection)
                    .map_err(store_error)
            }

            fn clean_device_flows(&mut self, before: i64, limit: i64) -> Result<usize, StoreError> {
                let over: Vec<(i16, i64)> = device_flows::table
                    .filter(device_flows::expires_at.le(before))
                    .order(device_flows::expires_at)
                    .select((device_flows::shard, device_flows::seq))
                    .limit(limit)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                self.delete_each(&by_shard(over), BulkDelete::delete_device_flows)
            }

            /// Deletes these rows, shard by shard.
            fn delete_each(
                &mut self,
                rows: &ByShard,
                delete: fn(&mut $connection, i16, &[i64]) -> QueryResult<usize>,
            ) -> Result<usize, StoreError> {
                let mut deleted = 0;
                for (shard, seqs) in portions(rows) {
                    let gone = delete(&mut *self.connection, shard, &seqs).map_err(store_error)?;
                    deleted = usize::saturating_add(deleted, gone);
                }
                Ok(deleted)
            }

            /// Those of these transactions that nothing needs any more, with their parents.
            fn unneeded_transactions(
                &mut self,
                before: i64,
                shard: i16,
                seqs: Vec<i64>,
            ) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
                let mut unneeded = Vec::new();
                for seq in seqs {
                    let row: Option<Candidate> = transactions::table
                        .find((shard, seq))
                        .select(Candidate::as_select())
                        .first(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?;
                    let began = row.filter(|row| row.started_at <= before);
                    let Some(row) = began else { continue };
                    if !self.is_needed(&row)? {
                        unneeded.push((row.seq, row.parent_seq));
                    }
                }
                Ok(unneeded)
            }

            /// Whether a transaction has a token, a code or a child.
            ///
            /// Its values are told rather than joined, so that no statistics of a table that
            /// grows quickly can lead the planner past the indexes.
            fn is_needed(&mut self, row: &Candidate) -> Result<bool, StoreError> {
                // Along the listing's index: a transaction tells user, client and start.
                let own = tokens::table
                    .filter(tokens::shard.eq(row.shard))
                    .filter(tokens::client_seq.eq(row.client_seq))
                    .filter(tokens::started_at.eq(row.started_at))
                    .filter(tokens::tx_seq.eq(row.seq))
                    .select(tokens::seq);
                let code = codes::table
                    .filter(codes::shard.eq(row.shard))
                    .filter(codes::tx_seq.eq(row.seq))
                    .select(codes::tx_seq);
                let child = transactions::table
                    .filter(transactions::shard.eq(row.shard))
                    .filter(transactions::parent_seq.eq(row.seq))
                    .select(transactions::seq);
                let others = exists(code).or(exists(child));
                match row.user_seq {
                    Some(user) => {
                        let own = own.filter(tokens::user_seq.eq(user));
                        diesel::select(exists(own).or(others)).get_result(&mut *self.connection)
                    }
                    None => {
                        let own = own.filter(tokens::user_seq.is_null());
                        diesel::select(exists(own).or(others)).get_result(&mut *self.connection)
                    }
                }
                .map_err(store_error)
            }

            /// Deletes those of these that nothing needs any more, and then their parents
            /// likewise.
            fn clean_transactions(
                &mut self,
                before: i64,
                candidates: ByShard,
            ) -> Result<usize, StoreError> {
                let mut removed = 0;
                let mut candidates = candidates;
                for _ in 0..=Descent::DEEPEST {
                    let mut parents = ByShard::new();
                    for (shard, seqs) in portions(&candidates) {
                        let unneeded = self.unneeded_transactions(before, shard, seqs)?;
                        if unneeded.is_empty() {
                            continue;
                        }
                        let seqs: Vec<i64> = unneeded.iter().map(|(seq, _)| *seq).collect();
                        let gone = self
                            .connection
                            .delete_transactions(shard, &seqs)
                            .map_err(store_error)?;
                        removed = usize::saturating_add(removed, gone);
                        for parent in unneeded.into_iter().filter_map(|(_, parent)| parent) {
                            parents.entry(shard).or_default().insert(parent);
                        }
                    }
                    if parents.is_empty() {
                        break;
                    }
                    candidates = parents;
                }
                Ok(removed)
            }
        }

        impl CleaningWriting for Session<'_, $connection> {
            fn take_lease(
                &mut self,
                name: &str,
                holder: &str,
                now: Timestamp,
                until: Timestamp,
            ) -> Result<bool, StoreError> {
                self.lease(name, holder, now, until)
            }

            fn clean(
                &mut self,
                ended_before: Timestamp,
                limit: i64,
            ) -> Result<Cleaned, StoreError> {
                let before = ended_before.millis();
                let tokens = self.tokens_over(before, limit)?;
                let codes = self.codes_over(before, limit)?;
                let mut candidates = by_shard(tokens.iter().map(|(shard, _, tx)| (*shard, *tx)));
                for (shard, transaction) in &codes {
                    candidates.entry(*shard).or_default().insert(*transaction);
                }
                let tokens = by_shard(tokens.into_iter().map(|(shard, seq, _)| (shard, seq)));
                Ok(Cleaned {
                    tokens: self.delete_each(&tokens, BulkDelete::delete_tokens)?,
                    codes: self.delete_each(&by_shard(codes), BulkDelete::delete_codes)?,
                    transactions: self.clean_transactions(before, candidates)?,
                    device_flows: self.clean_device_flows(before, limit)?,
                })
            }
        }
    };
}

cleaning!(diesel::PgConnection);
cleaning!(diesel::SqliteConnection);
