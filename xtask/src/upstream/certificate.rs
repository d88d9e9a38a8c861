//! A certificate for this machine's own name, and the authority that vouches for it: made anew
//! for each run by OpenSSL's program, good for a day.

use std::path::{Path, PathBuf};

use crate::failure::Outcome;
use crate::program::Program;

/// The files.
pub(crate) struct Certificate {
    /// The authority that is to be trusted: PEM.
    pub(crate) authority: PathBuf,
    /// The certificate, vouched for: PEM.
    pub(crate) chain: PathBuf,
    /// Its private key: PEM.
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes them in this folder.
    pub(crate) fn new(folder: &Path) -> Outcome<Self> {
        let file = |name: &str| folder.join(name);
        let (authority, authority_key) = (file("authority.pem"), file("authority.key"));
        let (chain, key) = (file("localhost.pem"), file("localhost.key"));
        let request = |key: &Path, certificate: &Path, name: &str| {
            let kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
            let program = Program::new("openssl").args(["req", "-x509", "-days", "1"]).args(kind);
            let program = program.arg("-keyout").arg(key).arg("-out").arg(certificate);
            program.args(["-subj", &format!("/CN={name}")])
        };
        request(&authority_key, &authority, "authority of a test run").read()?;
        request(&key, &chain, "localhost")
            .args(["-addext", "subjectAltName=DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-CA")
            .arg(&authority)
            .arg("-CAkey")
            .arg(&authority_key)
            .read()?;
        Ok(Self { authority, chain, key })
    }
}
