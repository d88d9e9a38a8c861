//! Keys of clients: made anew by OpenSSL's program, registered by their public halves.
//!
//! They are made outside of Muster, since what is to be shown is that it takes the keys of
//! others. The public half is read out of the DER that OpenSSL writes.

use std::path::{Path, PathBuf};

use data_encoding::{BASE64URL_NOPAD, HEXUPPER_PERMISSIVE};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// The two coordinates of a point of P-256, at the end of its public key's DER.
const POINT_LENGTH: usize = 64;

/// A private key in a file.
pub(crate) struct Key {
    /// The file: PKCS #8, PEM.
    pub(crate) file: PathBuf,
    jwk: Value,
}

impl Key {
    /// A key of the curve P-256, for ES256.
    pub(crate) fn es256(folder: &Path) -> Outcome<Self> {
        let file = folder.join("es256.pem");
        generate(&file, &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"])?;
        let public = folder.join("es256.der");
        let pkey = Program::new("openssl").args(["pkey", "-pubout", "-outform", "DER"]);
        pkey.arg("-in").arg(&file).arg("-out").arg(&public).read()?;
        let der = std::fs::read(&public).doing("reading a public key")?;
        let point = der.len().checked_sub(POINT_LENGTH).and_then(|at| der.get(at..));
        let (x, y) = point
            .and_then(|point| point.split_at_checked(POINT_LENGTH / 2))
            .ok_or_else(|| Failure::new("OpenSSL wrote no point of P-256"))?;
        let text = |bytes| BASE64URL_NOPAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y),
            "kid": "es256", "alg": "ES256", "use": "sig"});
        Ok(Self { file, jwk })
    }

    /// An RSA key, for RS256.
    pub(crate) fn rs256(folder: &Path) -> Outcome<Self> {
        let file = folder.join("rs256.pem");
        generate(&file, &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"])?;
        let rsa = Program::new("openssl").args(["rsa", "-noout", "-modulus"]);
        let said = rsa.arg("-in").arg(&file).read()?;
        let digits = said.trim().strip_prefix("Modulus=").unwrap_or_default();
        let modulus = HEXUPPER_PERMISSIVE.decode(digits.as_bytes()).doing("reading a modulus")?;
        // OpenSSL's public exponent is 65537.
        let jwk = json!({"kty": "RSA", "n": BASE64URL_NOPAD.encode(&modulus), "e": "AQAB",
            "kid": "rs256", "alg": "RS256", "use": "sig"});
        Ok(Self { file, jwk })
    }

    /// Writes the JWK set that holds its public half; the file.
    pub(crate) fn public_set(&self) -> Outcome<PathBuf> {
        let file = self.file.with_extension("jwks.json");
        let text = json!({"keys": [self.jwk]}).to_string();
        std::fs::write(&file, text).doing("writing a JWK set")?;
        Ok(file)
    }
}

fn generate(file: &Path, kind: &[&str]) -> Outcome<String> {
    let program = Program::new("openssl").args(["genpkey", "-quiet", "-algorithm"]).args(kind);
    program.arg("-out").arg(file).read()
}
