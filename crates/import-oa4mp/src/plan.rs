//! What is to be done for the tokens of flows, some of which are there already.

use std::collections::HashMap;

use muster_domain::{
    IssuerKey, Timestamp, Token, TokenId, TokenKey, TokenKind, TokenState, Transaction,
    TransactionKey,
};
use muster_store::{StoreError, TokensReading};

use crate::flows::Written;
use crate::tables::flow::OldFlow;
use crate::tables::tokens::OldToken;

/// Tokens of the store by the number of their transaction, kind and identifier.
pub(crate) type KnownTokens = HashMap<(i64, TokenKind, String), Token>;

/// What is to be done for the tokens of a batch.
#[derive(Default)]
pub(crate) struct Plan<'f> {
    pub(crate) ended: Vec<TokenKey>,
    /// Tokens that expire earlier than was known, and when.
    pub(crate) shortened: Vec<(TokenKey, Timestamp)>,
    pub(crate) fresh: Vec<(Transaction, Vec<&'f OldToken>)>,
}

/// Which tokens are to be added, ended or shortened; counts what becomes of each.
pub(crate) fn plan<'f>(
    planned: &[(Transaction, &'f OldFlow)],
    known: &KnownTokens,
    written: &mut Written,
) -> Plan<'f> {
    let mut made = Plan::default();
    for (transaction, flow) in planned {
        for element in &flow.elements {
            let mut lacking = Vec::with_capacity(element.len());
            for old in element {
                let key = (transaction.key.number, old.kind, old.jti.clone());
                match known.get(&key) {
                    None if is_taken(old, written) => lacking.push(old),
                    None => {}
                    Some(token) if !old.is_valid && token.state == TokenState::Live => {
                        made.ended.push(token.key);
                        let tally = written.tally(old);
                        tally.ended = tally.ended.saturating_add(1);
                    }
                    Some(token) if is_shortened(old, token) => {
                        let expires_at = Timestamp::from_millis(old.expires_at);
                        made.shortened.push((token.key, expires_at));
                        let tally = written.tally(old);
                        tally.ended = tally.ended.saturating_add(1);
                    }
                    Some(_) => {
                        let tally = written.tally(old);
                        tally.unchanged = tally.unchanged.saturating_add(1);
                    }
                }
            }
            if !lacking.is_empty() {
                made.fresh.push((transaction.clone(), lacking));
            }
        }
    }
    made
}

/// A rotation there lets the old refresh token live for a short while only. Never the other
/// way, and access tokens keep the time that their text says.
fn is_shortened(old: &OldToken, token: &Token) -> bool {
    token.kind == TokenKind::Refresh
        && token.state == TokenState::Live
        && Timestamp::from_millis(old.expires_at) < token.expires_at
}

/// Counts a new token; whether its identifier can be kept.
pub(crate) fn is_taken(token: &OldToken, written: &mut Written) -> bool {
    if TokenId::new(token.jti.as_str()).is_err() {
        written.refuse("a jti that cannot be kept: too long, or with a NUL", token);
        return false;
    }
    let tally = written.tally(token);
    tally.taken = tally.taken.saturating_add(1);
    true
}

/// The tokens of flows that were there before.
pub(crate) fn known_tokens<R: TokensReading + ?Sized>(
    reading: &mut R,
    issuer: IssuerKey,
    keys: &[TransactionKey],
) -> Result<KnownTokens, StoreError> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let tokens = reading.tokens_of_transactions(issuer, keys)?;
    Ok(tokens
        .into_iter()
        .map(|token| ((token.transaction.number, token.kind, token.id.as_str().to_owned()), token))
        .collect())
}
