//! Rows of authorization codes.

use diesel::prelude::*;
use muster_domain::{AuthorizationCode, CodeState, LookupTag, Timestamp, TransactionKey};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

use super::entitlement::{EntitlementColumn, column_text, read_column};
use super::shard;
use crate::schema::codes;

/// A row of `codes` as it is read; the keyed hash stays where it is.
#[derive(Queryable, Selectable)]
#[diesel(table_name = codes)]
pub(crate) struct CodeRow {
    tx_seq: i64,
    issued_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
    shard: i16,
    strangers: i16,
    details: String,
}

/// A row of `codes` as it is written.
#[derive(Insertable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
pub(crate) struct NewCodeRow {
    tx_seq: i64,
    issued_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    shard: i16,
    strangers: i16,
    lookup: Vec<u8>,
    details: String,
}

/// What a code is bound to, as JSON.
#[derive(Serialize, Deserialize)]
struct CodeColumn {
    entitlement: EntitlementColumn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

impl NewCodeRow {
    /// Issuer and client are those of the code's transaction.
    pub(crate) fn of(
        code: &AuthorizationCode,
        tag: LookupTag,
        (issuer_seq, client_seq): (i32, i32),
    ) -> Result<Self, StoreError> {
        let column = CodeColumn {
            entitlement: EntitlementColumn::of(&code.entitlement),
            redirect_uri: code.redirect_uri.clone(),
            challenge: code.challenge.clone(),
            nonce: code.nonce.clone(),
        };
        let redeemed_at = match code.state {
            CodeState::Issued => None,
            CodeState::Redeemed { at } => Some(at.millis()),
        };
        Ok(Self {
            tx_seq: code.transaction.number,
            issued_at: code.issued_at.millis(),
            expires_at: code.expires_at.millis(),
            redeemed_at,
            issuer_seq,
            client_seq,
            shard: code.transaction.shard.number(),
            strangers: code.strangers,
            lookup: tag.bytes().to_vec(),
            details: column_text(&column)?,
        })
    }
}

impl CodeRow {
    pub(crate) fn into_domain(self) -> Result<AuthorizationCode, StoreError> {
        let column: CodeColumn = read_column("what a code is bound to", &self.details)?;
        Ok(AuthorizationCode {
            transaction: TransactionKey::new(shard(self.shard)?, self.tx_seq),
            issued_at: Timestamp::from_millis(self.issued_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            state: self.redeemed_at.map_or(CodeState::Issued, |at| CodeState::Redeemed {
                at: Timestamp::from_millis(at),
            }),
            strangers: self.strangers,
            entitlement: column.entitlement.into_domain()?,
            redirect_uri: column.redirect_uri,
            challenge: column.challenge,
            nonce: column.nonce,
        })
    }
}
