//! The signature algorithms that are taken (RFC 7518 3.1): public keys only, no `none`,
//! no HMAC.

use josekit::jwk::Jwk;
use josekit::jws::{self, JwsSigner, JwsVerifier};

/// What RFC 9864 calls `EdDSA` on this curve; newer libraries know it by this name alone.
const ED25519: &str = "Ed25519";

/// An algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// The same with SHA-384.
    Rs384,
    /// The same with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 7] =
        [Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Es256, Self::Es384, Self::EdDsa];

    /// Its registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Every name that somebody else's signature may give its algorithm.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::as_str).chain([ED25519])
    }

    /// The algorithm with this name, byte for byte.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == ED25519 {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// What a key is for: the algorithm it names, else the usual one of its type.
    pub(super) fn of_key(key: &Jwk) -> Option<Self> {
        if let Some(name) = key.algorithm() {
            return Self::from_name(name);
        }
        match (key.key_type(), key.curve()) {
            ("RSA", _) => Some(Self::Rs256),
            ("EC", Some("P-256")) => Some(Self::Es256),
            ("EC", Some("P-384")) => Some(Self::Es384),
            ("OKP", Some("Ed25519")) => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// The key as the library knows it: by the name that `as_str` gives.
    fn named(self, key: &Jwk) -> Jwk {
        let mut key = key.clone();
        key.set_algorithm(self.as_str());
        key
    }

    pub(super) fn verifier(self, key: &Jwk) -> Option<Box<dyn JwsVerifier>> {
        let key = &self.named(key);
        Some(match self {
            Self::Rs256 => Box::new(jws::RS256.verifier_from_jwk(key).ok()?),
            Self::Rs384 => Box::new(jws::RS384.verifier_from_jwk(key).ok()?),
            Self::Rs512 => Box::new(jws::RS512.verifier_from_jwk(key).ok()?),
            Self::Ps256 => Box::new(jws::PS256.verifier_from_jwk(key).ok()?),
            Self::Es256 => Box::new(jws::ES256.verifier_from_jwk(key).ok()?),
            Self::Es384 => Box::new(jws::ES384.verifier_from_jwk(key).ok()?),
            Self::EdDsa => Box::new(jws::EdDSA.verifier_from_jwk(key).ok()?),
        })
    }

    pub(super) fn signer(self, key: &Jwk) -> Option<Box<dyn JwsSigner>> {
        let key = &self.named(key);
        Some(match self {
            Self::Rs256 => Box::new(jws::RS256.signer_from_jwk(key).ok()?),
            Self::Rs384 => Box::new(jws::RS384.signer_from_jwk(key).ok()?),
            Self::Rs512 => Box::new(jws::RS512.signer_from_jwk(key).ok()?),
            Self::Ps256 => Box::new(jws::PS256.signer_from_jwk(key).ok()?),
            Self::Es256 => Box::new(jws::ES256.signer_from_jwk(key).ok()?),
            Self::Es384 => Box::new(jws::ES384.signer_from_jwk(key).ok()?),
            Self::EdDsa => Box::new(jws::EdDSA.signer_from_jwk(key).ok()?),
        })
    }
}
