//! Used assertions on both engines. The primary key decides a race: exactly one wins.

use diesel::prelude::*;
use muster_domain::{IssuerKey, Timestamp};
use muster_store::{ASSERTIONS_REMEMBERED, AssertionUse, AssertionsWriting, StoreError};

use crate::error::store_error;
use crate::rows::{digest, small};
use crate::schema::assertions;
use crate::session::Session;

/// How many old assertions a new one takes away.
const FORGOTTEN_AT_ONCE: i64 = 10;

macro_rules! assertions {
    ($connection:ty) => {
        impl AssertionsWriting for Session<'_, $connection> {
            fn use_assertion(
                &mut self,
                issuer: IssuerKey,
                party: &str,
                jti: &str,
                expires_at: Timestamp,
            ) -> Result<AssertionUse, StoreError> {
                // Each takes more away than it brings, so the table stays small by itself.
                self.forget_assertions(expires_at, FORGOTTEN_AT_ONCE)?;
                let added = diesel::insert_into(assertions::table)
                    .values((
                        assertions::issuer_seq.eq(small(issuer.number())?),
                        assertions::digest.eq(digest(&[party, jti]).as_slice()),
                        assertions::expires_at.eq(expires_at.millis()),
                    ))
                    .on_conflict_do_nothing()
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(if added == 1 { AssertionUse::Fresh } else { AssertionUse::Replayed })
            }

            fn forget_assertions(
                &mut self,
                now: Timestamp,
                limit: i64,
            ) -> Result<usize, StoreError> {
                let old: Vec<(i32, Vec<u8>)> = assertions::table
                    .filter(assertions::expires_at.le(now.minus(ASSERTIONS_REMEMBERED).millis()))
                    .select((assertions::issuer_seq, assertions::digest))
                    .limit(limit)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &old {
                    diesel::delete(assertions::table.find(key.clone()))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                Ok(old.len())
            }
        }
    };
}

assertions!(diesel::PgConnection);
assertions!(diesel::SqliteConnection);
