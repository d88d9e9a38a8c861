//! A token as the listing shows it, and who it is shown to.

use std::sync::Arc;

use muster_crypto::{KeyRing, ListingWarrant, SealContext};
use muster_domain::{
    ClientId, Clock, Lifetime, Secret, Standing, Timestamp, TokenId, TokenKind, TransactionId,
    TransactionState,
};
use muster_store::StoredToken;

/// A token of the answer.
#[derive(Debug)]
pub struct ShownToken {
    /// What it is for.
    pub kind: TokenKind,
    /// Its identifier.
    pub id: TokenId,
    /// Its text; `None` when it is unknown, destroyed, or could not be opened.
    pub text: Option<Secret<String>>,
    /// Expiry minus issue time, as it holds now.
    pub lifetime: Lifetime,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Whether introspection would call it active at this instant.
    pub is_valid: bool,
}

/// Takes the listing piece by piece, in order.
pub trait ListingSink {
    /// The pieces that follow belong to this client.
    fn client(&mut self, id: &ClientId);
    /// The pieces that follow belong to this transaction.
    fn transaction(&mut self, id: &TransactionId);
    /// An element: one token, or an access and a refresh token issued together.
    fn element(&mut self, tokens: &[ShownToken]);
    /// A text could not be opened; its token is shown without it.
    fn damaged(&mut self, token: &StoredToken, reason: &str);
    /// Whether the page should end here, because the reader does not keep up.
    fn wants_pause(&self) -> bool;
}

/// What the answer says of the texts of ended tokens (`token_info.ended_tokens`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedTexts {
    /// Shown like any other.
    Keep,
    /// Never shown.
    Redact,
}

/// Opens texts and judges validity.
pub struct ShowTokens {
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    ended: EndedTexts,
    warrant: ListingWarrant,
}

impl ShowTokens {
    /// For one listing, under the warrant of its permit.
    pub fn new(
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        ended: EndedTexts,
        warrant: ListingWarrant,
    ) -> Self {
        Self { keys, clock, ended, warrant }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn show(
        &self,
        stored: &StoredToken,
        transaction: TransactionState,
        (standing, now): (Standing, Timestamp),
        sink: &mut dyn ListingSink,
    ) -> ShownToken {
        let token = &stored.token;
        let is_valid = standing.admits(transaction, token.state, token.expires_at, now);
        let text = match (self.ended, &stored.text) {
            (EndedTexts::Redact, _) if !is_valid => None,
            (EndedTexts::Redact | EndedTexts::Keep, None) => None,
            (EndedTexts::Redact | EndedTexts::Keep, Some(sealed)) => {
                match self.keys.unseal(sealed, &SealContext::of(token), &self.warrant) {
                    Ok(text) => Some(text),
                    Err(error) => {
                        sink.damaged(stored, &error.to_string());
                        None
                    }
                }
            }
        };
        ShownToken {
            kind: token.kind,
            id: token.id.clone(),
            text,
            lifetime: token.lifetime(),
            issued_at: token.issued_at,
            is_valid,
        }
    }
}
