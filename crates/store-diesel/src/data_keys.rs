//! Data keys on both engines.

use diesel::prelude::*;
use muster_domain::{DataKeyId, Timestamp};
use muster_store::{DataKeysReading, DataKeysWriting, StoreError, StoredDataKey};

use crate::error::store_error;
use crate::rows::small;
use crate::schema::data_keys;
use crate::session::Session;

type Row = (i32, i16, String, Vec<u8>, i64);

fn key((id, purpose, kek_id, wrapped, created_at): Row) -> StoredDataKey {
    StoredDataKey {
        id: DataKeyId::new(id.into()),
        purpose,
        kek_id,
        wrapped,
        created_at: Timestamp::from_millis(created_at),
    }
}

macro_rules! data_keys {
    ($connection:ty) => {
        impl DataKeysReading for Session<'_, $connection> {
            fn list_data_keys(&mut self) -> Result<Vec<StoredDataKey>, StoreError> {
                let rows: Vec<Row> = data_keys::table
                    .order(data_keys::id)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(rows.into_iter().map(key).collect())
            }
        }

        impl DataKeysWriting for Session<'_, $connection> {
            fn add_data_key(&mut self, new: &StoredDataKey) -> Result<(), StoreError> {
                diesel::insert_into(data_keys::table)
                    .values((
                        data_keys::id.eq(small(new.id.number())?),
                        data_keys::purpose.eq(new.purpose),
                        data_keys::kek_id.eq(&new.kek_id),
                        data_keys::wrapped.eq(&new.wrapped),
                        data_keys::created_at.eq(new.created_at.millis()),
                    ))
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn rewrap_data_key(
                &mut self,
                id: DataKeyId,
                kek_id: &str,
                wrapped: &[u8],
            ) -> Result<bool, StoreError> {
                diesel::update(data_keys::table.find(small(id.number())?))
                    .set((data_keys::kek_id.eq(kek_id), data_keys::wrapped.eq(wrapped)))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }
        }
    };
}

data_keys!(diesel::PgConnection);
data_keys!(diesel::SqliteConnection);
