//! Tokens: found by a keyed hash of their text, never by the text.

use muster_domain::{
    ClientId, ElementKey, Ending, Entitlement, IssuerKey, LookupTag, Reach, SealedText, Shard,
    Standing, Timestamp, Token, TokenId, TokenKey, TokenKind, Transaction, TransactionKey, UserId,
};

use crate::StoreError;

/// A token with all that rests of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredToken {
    /// The token.
    pub token: Token,
    /// When its transaction began.
    pub started_at: Timestamp,
    /// When the earliest token of its element was issued.
    pub element_at: Timestamp,
    /// The keyed hash of its text; `None` when the text is not known.
    pub tag: Option<LookupTag>,
    /// Its text, sealed; `None` when it is not known or was destroyed.
    pub text: Option<SealedText>,
}

/// A token that this service issues, with what it entitles to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuedToken {
    /// The token with its text.
    pub stored: StoredToken,
    /// What it entitles to.
    pub entitlement: Entitlement,
}

/// How a presented token is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PresentedToken {
    /// By the keyed hash of its text, in one of at most two forms.
    Tagged {
        /// The hashes that would name it.
        tags: Vec<LookupTag>,
        /// The shard, when the text tells it.
        shard: Option<Shard>,
    },
    /// By the identifier in a JWT whose signature was verified; finds only imported tokens
    /// whose text is unknown.
    Verified {
        /// Its `jti`.
        id: TokenId,
    },
}

/// A presented token with everything that decides whether it is good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundToken {
    /// The token.
    pub token: Token,
    /// What it entitles to; for an imported one the scopes of its transaction.
    pub entitlement: Entitlement,
    /// The element of its successor, if it was rotated.
    pub successor: Option<ElementKey>,
    /// Its transaction.
    pub transaction: Transaction,
    /// The client that holds it, by name.
    pub client_id: ClientId,
    /// What stands above it.
    pub standing: Standing,
    /// The user's name; `None` when the client speaks for itself.
    pub user_id: Option<UserId>,
}

/// Asking for tokens.
pub trait TokensReading {
    /// The presented token, if it is of this kind and of a client within reach.
    fn find_token(
        &mut self,
        presented: &PresentedToken,
        kind: TokenKind,
        reach: Reach,
    ) -> Result<Option<FoundToken>, StoreError>;

    /// Whether any client of the issuer holds this token, whatever its state.
    fn token_exists(
        &mut self,
        presented: &PresentedToken,
        issuer: IssuerKey,
    ) -> Result<bool, StoreError>;

    /// The tokens of one element of a transaction, with their sealed texts.
    fn tokens_of_element(
        &mut self,
        transaction: TransactionKey,
        element: ElementKey,
    ) -> Result<Vec<IssuedToken>, StoreError>;

    /// Every token of these transactions, in no particular order.
    fn tokens_of_transactions(
        &mut self,
        issuer: IssuerKey,
        transactions: &[TransactionKey],
    ) -> Result<Vec<Token>, StoreError>;
}

/// Changing tokens.
pub trait TokensWriting {
    /// Adds tokens whose keys were taken from [`crate::Sequence::Tokens`].
    fn add_tokens(&mut self, tokens: &[StoredToken]) -> Result<(), StoreError>;

    /// Adds tokens of our own making, whose keys were taken from the same sequence; those of
    /// one element in a row.
    fn issue_tokens(&mut self, tokens: &[IssuedToken]) -> Result<(), StoreError>;

    /// Uses a live refresh token up for the successors in `successor` (RFC 6749 6): of any
    /// number of simultaneous calls exactly one is told `true`.
    fn rotate_token(
        &mut self,
        token: TokenKey,
        successor: ElementKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends live tokens; how many were live.
    fn end_tokens(
        &mut self,
        tokens: &[TokenKey],
        how: Ending,
        at: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Lets live tokens expire at an earlier moment than they would; how many do. A later
    /// moment changes nothing.
    fn shorten_tokens(&mut self, tokens: &[(TokenKey, Timestamp)]) -> Result<usize, StoreError>;

    /// Destroys the texts of ended tokens (`token_info.ended_tokens = "redact"`), at most
    /// `limit` of them; how many.
    fn redact_ended(&mut self, now: Timestamp, limit: i64) -> Result<usize, StoreError>;
}
