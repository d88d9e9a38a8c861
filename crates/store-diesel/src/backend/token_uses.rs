//! When tokens were last used: many rows at a time, in a column that no index contains.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt};

use super::{TokenUses, Use};
use crate::kept::Keep as _;
use crate::schema::tokens;

/// One statement for all of them; a token that was used later than that stays as it is.
const NOTE: &str = "UPDATE tokens SET used_at = noted.used_at \
    FROM unnest($1, $2, $3) AS noted (shard, seq, used_at) \
    WHERE tokens.shard = noted.shard AND tokens.seq = noted.seq \
      AND (tokens.used_at IS NULL OR tokens.used_at < noted.used_at)";

/// One place of a cluster after the other: a unit of the same transaction may change a table
/// that is copied to all of them, which Citus refuses after they worked at once. Elsewhere it
/// is a name that means nothing.
const ONE_BY_ONE: &str = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'";

impl TokenUses for PgConnection {
    fn note_uses(&mut self, uses: &[Use]) -> QueryResult<()> {
        self.batch_execute(ONE_BY_ONE)?;
        let shards: Vec<i16> = uses.iter().map(|(shard, _, _)| *shard).collect();
        let seqs: Vec<i64> = uses.iter().map(|(_, seq, _)| *seq).collect();
        let moments: Vec<i64> = uses.iter().map(|(_, _, at)| *at).collect();
        diesel::sql_query(NOTE)
            .bind::<Array<SmallInt>, _>(shards)
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<BigInt>, _>(moments)
            .execute(self)
            .map(drop)
    }

    /// Shard by shard: a user's tokens lie in one, and a cluster asks in one place.
    fn uses_of(&mut self, keys: &[(i16, i64)]) -> QueryResult<Vec<Use>> {
        let mut found = Vec::new();
        for of_shard in keys.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((shard, _)) = of_shard.first() else { continue };
            let seqs: Vec<i64> = of_shard.iter().map(|(_, seq)| *seq).collect();
            let uses: Vec<(i64, Option<i64>)> = tokens::table
                .filter(tokens::shard.eq(shard))
                .filter(tokens::seq.eq_any(seqs))
                .filter(tokens::used_at.is_not_null())
                .select((tokens::seq, tokens::used_at))
                .load(self)?;
            found.extend(uses.into_iter().filter_map(|(seq, at)| Some((*shard, seq, at?))));
        }
        Ok(found)
    }
}

/// Row by row: the prepared statement is kept, and there is no round trip to save.
impl TokenUses for SqliteConnection {
    fn note_uses(&mut self, uses: &[Use]) -> QueryResult<()> {
        for (shard, seq, at) in uses {
            let earlier = tokens::used_at.is_null().or(tokens::used_at.lt(at));
            diesel::update(tokens::table.find((shard, seq)).filter(earlier))
                .set(tokens::used_at.eq(at))
                .returning(tokens::seq)
                .kept()
                .get_result::<i64>(self)
                .optional()?;
        }
        Ok(())
    }

    fn uses_of(&mut self, keys: &[(i16, i64)]) -> QueryResult<Vec<Use>> {
        let mut found = Vec::new();
        for (shard, seq) in keys {
            let at: Option<Option<i64>> =
                tokens::table.find((shard, seq)).select(tokens::used_at).first(self).optional()?;
            found.extend(at.flatten().map(|at| (*shard, *seq, at)));
        }
        Ok(found)
    }
}
