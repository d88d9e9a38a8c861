//! How a client or an admin proves who it is: what the store keeps of it.

use std::fmt;

use crate::ErrorCode;

/// A client authentication method (RFC 6749 2.3, RFC 7523 2.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AuthMethod {
    /// HTTP Basic with a shared secret.
    SecretBasic,
    /// `client_secret` in the body.
    SecretPost,
    /// A signed assertion of the client's own key.
    PrivateKeyJwt,
    /// None: a public client.
    None,
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 4] =
        [Self::SecretBasic, Self::SecretPost, Self::PrivateKeyJwt, Self::None];

    /// Its registered name (RFC 7591 2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    const fn bit(self) -> i16 {
        match self {
            Self::SecretBasic => 1,
            Self::SecretPost => 2,
            Self::PrivateKeyJwt => 4,
            Self::None => 8,
        }
    }
}

/// The methods registered for one client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AuthMethods(i16);

impl AuthMethods {
    /// The set of these methods.
    pub fn of(methods: &[AuthMethod]) -> Self {
        Self(methods.iter().fold(0, |bits, method| bits | method.bit()))
    }

    /// Whether `method` is registered.
    pub const fn allow(self, method: AuthMethod) -> bool {
        self.0 & method.bit() != 0
    }

    /// The set as a number, for the store.
    pub const fn bits(self) -> i16 {
        self.0
    }

    /// The set from its number; unknown bits are dropped.
    pub const fn from_bits(bits: i16) -> Self {
        Self(bits & 0b1111)
    }

    /// The methods in the order of the enum.
    pub fn iter(self) -> impl Iterator<Item = AuthMethod> {
        AuthMethod::ALL.into_iter().filter(move |method| self.allow(*method))
    }
}

/// A secret as it is kept: a hash in a text format of `muster-crypto`, never the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret(String);

impl StoredSecret {
    /// Takes the hash's text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The hash's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredSecret(..)")
    }
}

/// Counts the changes of a party's row; a remembered success holds for one version only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CredentialVersion(pub i64);

/// What a client or admin authenticates with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// The registered methods; any other is refused with `invalid_client`.
    pub methods: AuthMethods,
    /// The hash of its secret, if it has one.
    pub secret: Option<StoredSecret>,
    /// Its public keys, a JWK set (RFC 7517) as text, if it has some.
    pub jwks: Option<String>,
}

impl Credentials {
    /// The error of a party that cannot prove itself, whatever the reason (decision D3).
    pub const REFUSAL: ErrorCode = ErrorCode::InvalidClient;

    /// A shared secret by Basic or in the body.
    pub fn secret(secret: StoredSecret) -> Self {
        let methods = AuthMethods::of(&[AuthMethod::SecretBasic, AuthMethod::SecretPost]);
        Self { methods, secret: Some(secret), jwks: None }
    }

    /// A key pair of the client's own.
    pub fn key_set(jwks: impl Into<String>) -> Self {
        let methods = AuthMethods::of(&[AuthMethod::PrivateKeyJwt]);
        Self { methods, secret: None, jwks: Some(jwks.into()) }
    }

    /// Nothing: a public client.
    pub fn none() -> Self {
        Self { methods: AuthMethods::of(&[AuthMethod::None]), secret: None, jwks: None }
    }
}
