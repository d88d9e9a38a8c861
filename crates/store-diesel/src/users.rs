//! Users on both engines.

use std::collections::HashMap;

use diesel::prelude::*;
use muster_domain::{
    ClientKey, IssuerKey, IssuerUrl, Shard, Timestamp, User, UserId, UserKey, UserStatus,
};
use muster_store::{NumbersWriting, Sequence, StoreError, UsersReading, UsersWriting};

use crate::ending::EndingMany;
use crate::error::store_error;
use crate::purge::Purge;
use crate::rows::{UserRow, digest, small, user_status_number};
use crate::schema::{issuers, users};
use crate::session::Session;

/// A user's place before it is looked up.
struct Wanted<'a> {
    id: &'a UserId,
    shard: Shard,
    digest: Vec<u8>,
}

fn wanted<'a>(issuer: &IssuerUrl, ids: &'a [UserId]) -> Vec<Wanted<'a>> {
    ids.iter()
        .map(|id| Wanted {
            id,
            shard: Shard::of_user(issuer, id),
            digest: digest(&[id.as_str()]).to_vec(),
        })
        .collect()
}

/// The wanted users that are not among the found, each once.
fn missing<'a, 'b>(
    wanted: &'b [Wanted<'a>],
    found: &HashMap<Vec<u8>, User>,
) -> Vec<&'b Wanted<'a>> {
    let mut lacking: Vec<&Wanted<'a>> =
        wanted.iter().filter(|user| !found.contains_key(&user.digest)).collect();
    lacking.sort_by(|a, b| a.digest.cmp(&b.digest));
    lacking.dedup_by(|a, b| a.digest == b.digest);
    lacking
}

macro_rules! users {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            fn issuer_url(&mut self, issuer: IssuerKey) -> Result<IssuerUrl, StoreError> {
                let url: String = issuers::table
                    .find(small(issuer.number())?)
                    .select(issuers::url)
                    .first(&mut *self.connection)
                    .map_err(store_error)?;
                IssuerUrl::new(url).map_err(|e| StoreError::corrupt(e.to_string()))
            }

            fn find_wanted(
                &mut self,
                issuer: IssuerKey,
                wanted: &[Wanted<'_>],
            ) -> Result<HashMap<Vec<u8>, User>, StoreError> {
                let mut shards: Vec<i16> = wanted.iter().map(|user| user.shard.number()).collect();
                shards.sort_unstable();
                shards.dedup();
                let digests: Vec<&[u8]> =
                    wanted.iter().map(|user| user.digest.as_slice()).collect();
                users::table
                    .filter(users::shard.eq_any(shards))
                    .filter(users::issuer_seq.eq(small(issuer.number())?))
                    .filter(users::uid_digest.eq_any(digests))
                    .select(UserRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(|row| Ok((row.uid_digest.clone(), row.into_domain()?)))
                    .collect()
            }
        }

        impl UsersReading for Session<'_, $connection> {
            fn find_user(
                &mut self,
                issuer: IssuerKey,
                id: &UserId,
            ) -> Result<Option<User>, StoreError> {
                let url = self.issuer_url(issuer)?;
                let wanted = wanted(&url, std::slice::from_ref(id));
                Ok(self.find_wanted(issuer, &wanted)?.into_values().next())
            }

            fn find_user_by_key(&mut self, user: UserKey) -> Result<Option<User>, StoreError> {
                users::table
                    .find((user.shard.number(), user.number))
                    .select(UserRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(UserRow::into_domain)
                    .transpose()
            }
        }

        impl UsersWriting for Session<'_, $connection> {
            fn ensure_users(
                &mut self,
                issuer: IssuerKey,
                ids: &[UserId],
                at: Timestamp,
            ) -> Result<Vec<User>, StoreError> {
                if ids.is_empty() {
                    return Ok(Vec::new());
                }
                let url = self.issuer_url(issuer)?;
                let wanted = wanted(&url, ids);
                let mut found = self.find_wanted(issuer, &wanted)?;
                let lacking = missing(&wanted, &found);
                if !lacking.is_empty() {
                    let count = i64::try_from(lacking.len()).unwrap_or(i64::MAX);
                    let numbers = self.take_numbers(Sequence::Users, count)?;
                    let mut rows = Vec::with_capacity(lacking.len());
                    for (seq, user) in numbers.zip(lacking) {
                        rows.push(UserRow {
                            seq,
                            created_at: at.millis(),
                            issuer_seq: small(issuer.number())?,
                            shard: user.shard.number(),
                            status: user_status_number(UserStatus::Active),
                            uid_digest: user.digest.clone(),
                            uid: user.id.as_str().to_owned(),
                        });
                    }
                    // Another unit may add the same user at the same moment; whoever comes
                    // second waits for it here and takes its row.
                    let added = diesel::insert_into(users::table)
                        .values(&rows)
                        .on_conflict_do_nothing()
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                    if added == rows.len() {
                        for row in rows {
                            found.insert(row.uid_digest.clone(), row.into_domain()?);
                        }
                    } else {
                        found = self.find_wanted(issuer, &wanted)?;
                    }
                }
                wanted
                    .iter()
                    .map(|user| {
                        let user = found.get(&user.digest).cloned();
                        user.ok_or_else(|| {
                            StoreError::corrupt("a user vanished while it was added")
                        })
                    })
                    .collect()
            }

            fn set_user_status(
                &mut self,
                user: UserKey,
                status: UserStatus,
            ) -> Result<bool, StoreError> {
                diesel::update(users::table.find((user.shard.number(), user.number)))
                    .set(users::status.eq(user_status_number(status)))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }

            fn end_user_transactions(
                &mut self,
                user: UserKey,
                client: Option<ClientKey>,
                at: Timestamp,
            ) -> Result<usize, StoreError> {
                self.end_all_of_user(user, client, at)
            }

            fn remove_user(&mut self, user: UserKey) -> Result<bool, StoreError> {
                self.purge_user(user)
            }
        }
    };
}

users!(diesel::PgConnection);
users!(diesel::SqliteConnection);
