//! Rows of tokens.

use diesel::prelude::*;
use muster_domain::{
    ClientKey, DataKeyId, ElementKey, Ending, IssuerKey, SealedText, Timestamp, Token, TokenId,
    TokenKey, TokenKind, TokenState, TransactionKey, UserKey,
};
use muster_store::{IssuedToken, StoreError, StoredToken};

use super::entitlement::entitlement_text;
use super::{from_number, shard, small};
use crate::schema::tokens;

/// A row of `tokens` as it is read; the keyed hash stays where it is.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct TokenRow {
    #[diesel(embed)]
    pub(crate) head: TokenHeadRow,
    started_at: i64,
    elem_at: i64,
    data_key: Option<i32>,
    sealed: Option<Vec<u8>>,
}

/// The same without its text and its places in listings.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct TokenHeadRow {
    seq: i64,
    tx_seq: i64,
    elem_seq: i64,
    issued_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    user_seq: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    shard: i16,
    kind: i16,
    state: i16,
    jti: String,
}

/// A row of `tokens` as it is written.
#[derive(Clone, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub(crate) struct NewTokenRow {
    seq: i64,
    tx_seq: i64,
    started_at: i64,
    elem_at: i64,
    elem_seq: i64,
    issued_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    user_seq: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    data_key: Option<i32>,
    shard: i16,
    kind: i16,
    state: i16,
    lookup: Option<Vec<u8>>,
    jti: String,
    sealed: Option<Vec<u8>>,
    details: Option<String>,
}

impl NewTokenRow {
    /// A token of our own making.
    pub(crate) fn of_issued(issued: &IssuedToken) -> Result<Self, StoreError> {
        let details = Some(entitlement_text(&issued.entitlement)?);
        Ok(Self { details, ..Self::of(&issued.stored)? })
    }

    /// A token from elsewhere, which entitles to the scopes of its transaction.
    pub(crate) fn of(stored: &StoredToken) -> Result<Self, StoreError> {
        let token = &stored.token;
        let (state, ended_at) = state_columns(token.state);
        Ok(Self {
            seq: token.key.number,
            tx_seq: token.transaction.number,
            started_at: stored.started_at.millis(),
            elem_at: stored.element_at.millis(),
            elem_seq: token.element.number(),
            issued_at: token.issued_at.millis(),
            expires_at: token.expires_at.millis(),
            ended_at,
            user_seq: token.user.map(|user| user.number),
            issuer_seq: small(token.issuer.number())?,
            client_seq: small(token.client.number())?,
            data_key: stored.text.as_ref().map(|text| small(text.data_key.number())).transpose()?,
            shard: token.key.shard.number(),
            kind: token_kind_number(token.kind),
            state,
            lookup: stored.tag.map(|tag| tag.bytes().to_vec()),
            jti: token.id.as_str().to_owned(),
            sealed: stored.text.as_ref().map(|text| text.bytes.clone()),
            details: None,
        })
    }
}

impl TokenRow {
    pub(crate) fn into_stored(self) -> Result<StoredToken, StoreError> {
        let text = match (self.data_key, self.sealed) {
            (Some(key), Some(bytes)) => {
                Some(SealedText { data_key: DataKeyId::new(key.into()), bytes })
            }
            (Some(_) | None, _) => None,
        };
        Ok(StoredToken {
            token: self.head.into_domain()?,
            started_at: Timestamp::from_millis(self.started_at),
            element_at: Timestamp::from_millis(self.elem_at),
            tag: None,
            text,
        })
    }
}

impl TokenHeadRow {
    pub(crate) fn into_domain(self) -> Result<Token, StoreError> {
        let shard = shard(self.shard)?;
        Ok(Token {
            key: TokenKey::new(shard, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            client: ClientKey::new(self.client_seq.into()),
            user: self.user_seq.map(|number| UserKey::new(shard, number)),
            transaction: TransactionKey::new(shard, self.tx_seq),
            element: ElementKey::new(self.elem_seq),
            kind: token_kind(self.kind)?,
            id: TokenId::new(self.jti).map_err(|e| StoreError::corrupt(e.to_string()))?,
            issued_at: Timestamp::from_millis(self.issued_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            state: token_state(self.state, self.ended_at)?,
        })
    }
}

/// The number of a kind; access tokens come before refresh tokens in every index.
pub(crate) const fn token_kind_number(kind: TokenKind) -> i16 {
    match kind {
        TokenKind::Access => 1,
        TokenKind::Refresh => 2,
    }
}

/// The kind with this number.
pub(crate) fn token_kind(number: i16) -> Result<TokenKind, StoreError> {
    let known = [TokenKind::Access, TokenKind::Refresh]
        .into_iter()
        .find(|kind| token_kind_number(*kind) == number);
    from_number("kind of token", number, known)
}

/// The columns `state` and `ended_at`.
const fn state_columns(state: TokenState) -> (i16, Option<i64>) {
    match state {
        TokenState::Live => (0, None),
        TokenState::Ended { how, at } => (ending_number(how), Some(at.millis())),
    }
}

const fn ending_number(how: Ending) -> i16 {
    match how {
        Ending::Revoked => 1,
        Ending::Rotated => 2,
    }
}

fn token_state(number: i16, ended_at: Option<i64>) -> Result<TokenState, StoreError> {
    if number == 0 {
        return Ok(TokenState::Live);
    }
    let known =
        [Ending::Revoked, Ending::Rotated].into_iter().find(|how| ending_number(*how) == number);
    let how = from_number("state of a token", number, known)?;
    // A missing moment must not bring an ended token back to life.
    Ok(TokenState::Ended { how, at: Timestamp::from_millis(ended_at.unwrap_or_default()) })
}

/// The number of an ending, for updates.
pub(crate) const fn ending_column(how: Ending) -> i16 {
    ending_number(how)
}
