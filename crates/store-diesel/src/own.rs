//! A person's own things by their numbers, on both engines: whose they are is a condition of
//! the query.

use diesel::prelude::*;
use muster_domain::{Token, Transaction, UserKey};
use muster_store::{OwnReading, StoreError};

use crate::error::store_error;
use crate::rows::{TokenHeadRow, TransactionRow};
use crate::schema::{tokens, transactions};
use crate::session::Session;

macro_rules! own {
    ($connection:ty) => {
        impl OwnReading for Session<'_, $connection> {
            fn find_own_transaction(
                &mut self,
                user: UserKey,
                number: i64,
            ) -> Result<Option<Transaction>, StoreError> {
                transactions::table
                    .find((user.shard.number(), number))
                    .filter(transactions::user_seq.eq(user.number))
                    .select(TransactionRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(TransactionRow::into_domain)
                    .transpose()
            }

            fn find_own_token(
                &mut self,
                user: UserKey,
                number: i64,
            ) -> Result<Option<Token>, StoreError> {
                tokens::table
                    .find((user.shard.number(), number))
                    .filter(tokens::user_seq.eq(user.number))
                    .select(TokenHeadRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(TokenHeadRow::into_domain)
                    .transpose()
            }
        }
    };
}

own!(diesel::PgConnection);
own!(diesel::SqliteConnection);
