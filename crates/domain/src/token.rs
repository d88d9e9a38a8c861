//! A token and its whole life: live, rotated away, or revoked. Expiry is a question
//! asked of the clock, not a state.

use std::fmt;

use crate::{
    ClientKey, DataKeyId, ElementKey, IssuerKey, Lifetime, Timestamp, TokenId, TokenKey,
    TransactionKey, UserKey,
};

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TokenKind {
    /// It opens a resource (RFC 6749 1.4).
    Access,
    /// It gets new access tokens (RFC 6749 1.5).
    Refresh,
}

impl TokenKind {
    /// The parameter and the member that carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        }
    }
}

/// How a token's life ended before its time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// It was taken back.
    Revoked,
    /// It was used up for a successor (RFC 6749 6).
    Rotated,
}

/// Where a token is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenState {
    /// Usable until it expires.
    Live,
    /// Ended for good; nothing leads back.
    Ended {
        /// How.
        how: Ending,
        /// When.
        at: Timestamp,
    },
}

/// The keyed hash by which a token's text is found: HMAC-SHA-256 over kind and text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LookupTag([u8; 32]);

impl LookupTag {
    /// Takes the hash.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LookupTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupTag(..)")
    }
}

/// A token's text as it rests: sealed by a data key that is itself wrapped.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedText {
    /// The key that opens it.
    pub data_key: DataKeyId,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SealedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedText({:?}, {} bytes)", self.data_key, self.bytes.len())
    }
}

/// A token as the store knows it, without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its key.
    pub key: TokenKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// The client that holds it.
    pub client: ClientKey,
    /// The user it speaks for; `None`: the client itself.
    pub user: Option<UserKey>,
    /// The transaction it belongs to.
    pub transaction: TransactionKey,
    /// The element of the listing that it stands in.
    pub element: ElementKey,
    /// What it is for.
    pub kind: TokenKind,
    /// Its identifier.
    pub id: TokenId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The first moment at which it is no longer valid.
    pub expires_at: Timestamp,
    /// Where it is in its life.
    pub state: TokenState,
}

impl Token {
    /// Expiry minus issue time, as it holds now.
    pub const fn lifetime(&self) -> Lifetime {
        self.expires_at.since(self.issued_at)
    }
}
