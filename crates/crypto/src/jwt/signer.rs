//! Private signing keys: read from JWKs, kept sealed, turned into signers that are built
//! once (building one costs more than fifty signatures).

use data_encoding::BASE64URL_NOPAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::JwsSigner;
use muster_domain::{DataKeyId, Randomness, Secret};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;
use super::json::strict_object;
use crate::key_ring::KeyRing;
use crate::seal::{SealError, Unsealable};

/// Members of a public key; nothing else is ever published.
const PUBLIC_MEMBERS: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];
/// What is signed thousands of times a second: the header is made once.
const USUAL_TYPE: &str = "at+jwt";

/// A private key.
pub struct PrivateKey {
    jwk: Jwk,
    kid: String,
    algorithm: Algorithm,
}

/// Why a private key is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrivateKeyError {
    /// No JWK.
    #[error("it is no JWK (RFC 7517 4)")]
    Malformed,
    /// A kind of key that is not taken.
    #[error("the key is of a kind that is not taken")]
    Unusable,
    /// The library could not make one.
    #[error("a key could not be made")]
    NotMade,
    /// It could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// It could not be opened.
    #[error(transparent)]
    Opening(#[from] Unsealable),
}

impl PrivateKey {
    /// Makes a key. RSA takes a good part of a second.
    pub fn generate(algorithm: Algorithm) -> Result<Self, PrivateKeyError> {
        let jwk = match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 | Algorithm::Ps256 => {
                Jwk::generate_rsa_key(3_072)
            }
            Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256),
            Algorithm::Es384 => Jwk::generate_ec_key(EcCurve::P384),
            Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
        };
        let mut jwk = jwk.map_err(|_| PrivateKeyError::NotMade)?;
        jwk.set_algorithm(algorithm.as_str());
        Self::of(jwk)
    }

    /// Its name; without one in the JWK, its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its public half, a JWK as text with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> String {
        public_half(self.jwk.as_ref(), &self.kid, self.algorithm)
    }

    /// Its private half, sealed.
    pub fn seal(
        &self,
        keys: &KeyRing,
        randomness: &dyn Randomness,
    ) -> Result<(DataKeyId, Vec<u8>), PrivateKeyError> {
        let text = Secret::new(self.jwk.to_string());
        Ok(keys.seal_private(text.expose().as_bytes(), &self.kid, randomness)?)
    }

    /// Opens what [`Self::seal`] sealed.
    pub fn open(
        keys: &KeyRing,
        kid: &str,
        sealed: (DataKeyId, &[u8]),
    ) -> Result<Self, PrivateKeyError> {
        let bytes = keys.open_private(sealed, kid)?;
        let members = strict_object(bytes.expose()).map_err(|_| PrivateKeyError::Malformed)?;
        Self::of_members(members)
    }

    /// A signer, to be kept.
    pub fn signer(&self) -> Result<Signer, PrivateKeyError> {
        let signer = self.algorithm.signer(&self.jwk).ok_or(PrivateKeyError::Unusable)?;
        let (kid, algorithm) = (self.kid.clone(), self.algorithm);
        let usual = encoded(&header(USUAL_TYPE, algorithm, &kid));
        Ok(Signer { kid, algorithm, usual, key: signer })
    }

    pub(super) fn of_members(members: Map<String, Value>) -> Result<Self, PrivateKeyError> {
        Self::of(Jwk::from_map(members).map_err(|_| PrivateKeyError::Unusable)?)
    }

    fn of(mut jwk: Jwk) -> Result<Self, PrivateKeyError> {
        let algorithm = Algorithm::of_key(&jwk).ok_or(PrivateKeyError::Unusable)?;
        let kid = jwk.key_id().map_or_else(|| thumbprint(&jwk), ToOwned::to_owned);
        jwk.set_key_id(kid.as_str());
        jwk.set_algorithm(algorithm.as_str());
        algorithm.signer(&jwk).ok_or(PrivateKeyError::Unusable)?;
        Ok(Self { jwk, kid, algorithm })
    }
}

/// The public half of a key, a JWK as text with `kid`, `alg` and `use`.
pub(super) fn public_half(members: &Map<String, Value>, kid: &str, algorithm: Algorithm) -> String {
    let mut public = Map::new();
    for name in PUBLIC_MEMBERS {
        if let Some(value) = members.get(name) {
            public.insert(name.to_owned(), value.clone());
        }
    }
    public.insert("kid".to_owned(), json!(kid));
    public.insert("alg".to_owned(), json!(algorithm.as_str()));
    public.insert("use".to_owned(), json!("sig"));
    Value::Object(public).to_string()
}

/// RFC 7638 3: SHA-256 over the members that the key's type requires, and no others, in
/// alphabetical order.
pub(super) fn thumbprint(jwk: &Jwk) -> String {
    let names: &[&str] = match jwk.key_type() {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => &["crv", "kty", "x"],
    };
    let mut required = Map::new();
    for name in names {
        if let Some(value) = jwk.parameter(name) {
            required.insert((*name).to_owned(), value.clone());
        }
    }
    BASE64URL_NOPAD.encode(&Sha256::digest(Value::Object(required).to_string()))
}

/// Signs claims.
pub struct Signer {
    kid: String,
    algorithm: Algorithm,
    /// The header of the usual type, in base64url.
    usual: String,
    key: Box<dyn JwsSigner>,
}

impl Signer {
    /// The name of its key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// A compact JWS of these claims; `typ` as in RFC 9068 2.1.
    pub fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, PrivateKeyError> {
        if typ == USUAL_TYPE {
            return self.sign_encoded(&self.usual, claims);
        }
        self.sign_under(&header(typ, self.algorithm, &self.kid), claims)
    }

    /// The same under this header, such as that of a proof of possession, which brings its
    /// `jwk` along (RFC 9449 4.2).
    pub fn sign_under(
        &self,
        header: &Value,
        claims: &Map<String, Value>,
    ) -> Result<String, PrivateKeyError> {
        self.sign_encoded(&encoded(header), claims)
    }

    fn sign_encoded(
        &self,
        header: &str,
        claims: &Map<String, Value>,
    ) -> Result<String, PrivateKeyError> {
        let claims = serde_json::to_vec(claims).map_err(|_| PrivateKeyError::Malformed)?;
        let length = BASE64URL_NOPAD.encode_len(claims.len());
        // Room for the dots and a signature of ECDSA; one of RSA makes the text grow once.
        let length = length.saturating_add(header.len()).saturating_add(130);
        let mut text = String::with_capacity(length);
        text.push_str(header);
        text.push('.');
        BASE64URL_NOPAD.encode_append(&claims, &mut text);
        let signature = self.key.sign(text.as_bytes()).map_err(|_| PrivateKeyError::Unusable)?;
        text.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut text);
        Ok(text)
    }
}

fn header(typ: &str, algorithm: Algorithm, kid: &str) -> Value {
    json!({"alg": algorithm.as_str(), "kid": kid, "typ": typ})
}

fn encoded(header: &Value) -> String {
    BASE64URL_NOPAD.encode(header.to_string().as_bytes())
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.kid)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.kid)
    }
}
