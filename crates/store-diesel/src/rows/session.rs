//! Rows of people's sessions.

use diesel::prelude::*;
use muster_domain::{Door, IssuerKey, LookupTag, Session, SessionKey, Timestamp, UserKey};
use muster_store::StoreError;

use super::{from_number, shard, small};
use crate::schema::sessions;

/// A row of `sessions` as it is read; the keyed hash stays where it is.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    seq: i64,
    user_seq: i64,
    authenticated_at: i64,
    used_at: i64,
    expires_at: i64,
    issuer_seq: i32,
    shard: i16,
    door: i16,
}

/// A row of `sessions` as it is written.
#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct NewSessionRow {
    seq: i64,
    user_seq: i64,
    authenticated_at: i64,
    used_at: i64,
    expires_at: i64,
    issuer_seq: i32,
    shard: i16,
    door: i16,
    lookup: Vec<u8>,
}

impl NewSessionRow {
    /// It lies in the shard of its user.
    pub(crate) fn of(session: &Session, tag: LookupTag) -> Result<Self, StoreError> {
        Ok(Self {
            seq: session.key.number,
            user_seq: session.user.number,
            authenticated_at: session.authenticated_at.millis(),
            used_at: session.used_at.millis(),
            expires_at: session.expires_at.millis(),
            issuer_seq: small(session.issuer.number())?,
            shard: session.user.shard.number(),
            door: door_number(session.door),
            lookup: tag.bytes().to_vec(),
        })
    }
}

impl SessionRow {
    pub(crate) fn into_domain(self) -> Result<Session, StoreError> {
        let shard = shard(self.shard)?;
        let door = Door::ALL.into_iter().find(|door| door_number(*door) == self.door);
        Ok(Session {
            key: SessionKey::new(shard, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            user: UserKey::new(shard, self.user_seq),
            door: from_number("door", self.door, door)?,
            authenticated_at: Timestamp::from_millis(self.authenticated_at),
            used_at: Timestamp::from_millis(self.used_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}

const fn door_number(door: Door) -> i16 {
    match door {
        Door::Account => 1,
        Door::Proxy => 2,
        Door::Upstream => 3,
    }
}
