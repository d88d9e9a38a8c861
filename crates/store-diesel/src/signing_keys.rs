//! Signing keys on both engines.

use diesel::prelude::*;
use muster_domain::{DataKeyId, IssuerKey, Timestamp};
use muster_store::{
    SigningKeyState, SigningKeysReading, SigningKeysWriting, StoreError, StoredSigningKey,
};

use crate::error::store_error;
use crate::rows::{from_number, small};
use crate::schema::signing_keys;
use crate::session::Session;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct Row {
    issuer_seq: i32,
    kid: String,
    algorithm: String,
    state: i16,
    public_jwk: String,
    data_key: Option<i32>,
    private_sealed: Option<Vec<u8>>,
    created_at: i64,
    published_until: Option<i64>,
}

const STATES: [SigningKeyState; 3] =
    [SigningKeyState::Next, SigningKeyState::Current, SigningKeyState::Retired];

const fn state_number(state: SigningKeyState) -> i16 {
    match state {
        SigningKeyState::Next => 0,
        SigningKeyState::Current => 1,
        SigningKeyState::Retired => 2,
    }
}

impl Row {
    fn of(key: &StoredSigningKey) -> Result<Self, StoreError> {
        let (data_key, private_sealed) = match &key.private {
            None => (None, None),
            Some((id, sealed)) => (Some(small(id.number())?), Some(sealed.clone())),
        };
        Ok(Self {
            issuer_seq: small(key.issuer.number())?,
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            state: state_number(key.state),
            public_jwk: key.public_jwk.clone(),
            data_key,
            private_sealed,
            created_at: key.created_at.millis(),
            published_until: key.published_until.map(Timestamp::millis),
        })
    }

    fn into_domain(self) -> Result<StoredSigningKey, StoreError> {
        let known = STATES.into_iter().find(|state| state_number(*state) == self.state);
        Ok(StoredSigningKey {
            issuer: IssuerKey::new(self.issuer_seq.into()),
            kid: self.kid,
            algorithm: self.algorithm,
            state: from_number("state of a signing key", self.state, known)?,
            public_jwk: self.public_jwk,
            private: self.data_key.map(|id| DataKeyId::new(id.into())).zip(self.private_sealed),
            created_at: Timestamp::from_millis(self.created_at),
            published_until: self.published_until.map(Timestamp::from_millis),
        })
    }
}

macro_rules! signing_keys {
    ($connection:ty) => {
        impl SigningKeysReading for Session<'_, $connection> {
            fn list_signing_keys(
                &mut self,
                issuer: IssuerKey,
            ) -> Result<Vec<StoredSigningKey>, StoreError> {
                signing_keys::table
                    .filter(signing_keys::issuer_seq.eq(small(issuer.number())?))
                    .order(signing_keys::kid)
                    .select(Row::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(Row::into_domain)
                    .collect()
            }
        }

        impl SigningKeysWriting for Session<'_, $connection> {
            fn put_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError> {
                let row = Row::of(key)?;
                diesel::delete(signing_keys::table.find((row.issuer_seq, row.kid.clone())))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::insert_into(signing_keys::table)
                    .values(row)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }
        }
    };
}

signing_keys!(diesel::PgConnection);
signing_keys!(diesel::SqliteConnection);
