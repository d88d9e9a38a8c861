//! Rows of authorization codes.

use diesel::prelude::*;
use muster_domain::{AuthorizationCode, CodeState, Timestamp, TransactionKey};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

use super::entitlement::EntitlementColumn;
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

#[derive(Serialize, Deserialize)]
struct DetailsColumn {
    entitlement: EntitlementColumn,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// The column `details`.
pub(crate) fn details_text(code: &AuthorizationCode) -> Result<String, StoreError> {
    let column = DetailsColumn {
        entitlement: EntitlementColumn::of(&code.entitlement),
        redirect_uri: code.redirect_uri.clone(),
        challenge: code.challenge.clone(),
        nonce: code.nonce.clone(),
    };
    serde_json::to_string(&column).map_err(|e| StoreError::corrupt(e.to_string()))
}

impl CodeRow {
    pub(crate) fn into_domain(self) -> Result<AuthorizationCode, StoreError> {
        let details: DetailsColumn = serde_json::from_str(&self.details)
            .map_err(|e| StoreError::corrupt(format!("a code's details are no JSON: {e}")))?;
        let redeemed_at = self.redeemed_at.map(Timestamp::from_millis);
        Ok(AuthorizationCode {
            transaction: TransactionKey::new(shard(self.shard)?, self.tx_seq),
            issued_at: Timestamp::from_millis(self.issued_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            state: redeemed_at.map_or(CodeState::Issued, |at| CodeState::Redeemed { at }),
            strangers: self.strangers,
            entitlement: details.entitlement.into_domain()?,
            redirect_uri: details.redirect_uri,
            challenge: details.challenge,
            nonce: details.nonce,
        })
    }
}
