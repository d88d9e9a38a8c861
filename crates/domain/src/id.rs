//! Names from outside: one type for each, so that a client's id is never taken for a user's.
//!
//! They compare byte for byte. Each is checked once, when it is made: not empty (a
//! user's may be), no NUL, and short enough for the indexes of both databases.

use std::fmt;

/// Why a text is no id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidId {
    /// Nothing is there.
    #[error("the {what} is empty")]
    Empty {
        /// What the id names.
        what: &'static str,
    },
    /// It is longer than the databases' indexes take.
    #[error("the {what} has {bytes} bytes; at most {limit} are taken")]
    TooLong {
        /// What the id names.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// PostgreSQL's text cannot hold a NUL.
    #[error("the {what} holds a NUL character")]
    Nul {
        /// What the id names.
        what: &'static str,
    },
}

fn check(
    text: &str,
    what: &'static str,
    limit: usize,
    may_be_empty: bool,
) -> Result<(), InvalidId> {
    if text.is_empty() && !may_be_empty {
        return Err(InvalidId::Empty { what });
    }
    if text.len() > limit {
        return Err(InvalidId::TooLong { what, bytes: text.len(), limit });
    }
    if text.contains('\0') {
        return Err(InvalidId::Nul { what });
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:expr, $may_be_empty:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(String);

        impl $name {
            /// The longest one, in bytes.
            pub const LIMIT: usize = $limit;

            /// Checks the text and takes it.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                check(&text, $what, Self::LIMIT, $may_be_empty)?;
                Ok(Self(text))
            }

            /// The text as it came.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// The public name of an OAuth client (RFC 6749 2.2), often a URI.
    ClientId, "client id", 1_024, false
}
text_id! {
    /// The public name of an admin client.
    AdminId, "admin id", 1_024, false
}
text_id! {
    /// The person a token speaks for, unique within an issuer. Any text, even an empty one.
    UserId, "user id", 65_536, true
}
text_id! {
    /// A transaction's public name, `code` in the listing. Any URI; it redeems nothing.
    TransactionId, "transaction id", 2_000, false
}
text_id! {
    /// A token's identifier, `jti`. Any URI.
    TokenId, "token id (jti)", 2_000, false
}
text_id! {
    /// The issuer identifier (RFC 8414 2), a URL.
    IssuerUrl, "issuer URL", 1_024, false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_neither_empty_nor_endless_nor_holds_a_nul() {
        assert_eq!(ClientId::new(""), Err(InvalidId::Empty { what: "client id" }));
        assert!(matches!(
            ClientId::new("x".repeat(1_025)),
            Err(InvalidId::TooLong { bytes: 1_025, .. })
        ));
        assert_eq!(ClientId::new("a\0b"), Err(InvalidId::Nul { what: "client id" }));
        assert_eq!(
            ClientId::new("cilogon:/client_id/ab12").unwrap().as_str(),
            "cilogon:/client_id/ab12"
        );
    }

    #[test]
    fn a_user_id_may_be_empty_or_ten_kilobytes_long() {
        // B124
        assert!(UserId::new("").is_ok());
        assert!(UserId::new("u".repeat(10_240)).is_ok());
    }
}
