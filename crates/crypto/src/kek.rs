//! The key-encryption key: 32 bytes in a file of its own, never in the database.
//!
//! The file holds one line, `muster-kek-1:<base64url>:<check>`, so that a damaged or
//! mistaken file is noticed before it is used. Nobody but its owner may read it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use muster_domain::{Randomness, RandomnessFailed, Secret};
use sha2::{Digest, Sha256};

const PREFIX: &str = "muster-kek-1";
/// Far more than a line of the format: whatever is longer is another file.
const FILE_LIMIT: u64 = 1_024;

/// The key that wraps all data keys.
pub struct Kek {
    key: Secret<[u8; 32]>,
    id: String,
}

/// Why there is no key-encryption key.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// The file cannot be read or written.
    #[error("the key file {} cannot be used: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no such file.
    #[error(
        "the key file {0} is not there: put it back from your backup, or name the right one in \
         keys.kek_file; for a database that holds nothing yet, make one: muster keys new-kek {0}"
    )]
    Missing(String),
    /// A key that exists is never overwritten: everything is sealed under it.
    #[error("{0} is there already and is left alone; name another file for a new key")]
    Exists(String),
    /// Others may read the file.
    #[error("the key file {0} may be read by others; run: chmod 600 {0}")]
    Open(String),
    /// The file holds something else.
    #[error("the key file {} holds no key of Muster, or a damaged one", .0.display())]
    Malformed(PathBuf),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
}

/// Where systemd hands over credentials, in memory of the service alone.
const CREDENTIALS: &str = "/run/credentials";

/// What nobody but the owner may do. A credential of systemd looks readable by its group:
/// that is the mask of an access list which names the service's own user.
fn forbidden(path: &Path) -> u32 {
    if path.starts_with(CREDENTIALS) { 0o037 } else { 0o077 }
}

impl Kek {
    /// Reads the key from its file.
    pub fn load(path: &Path) -> Result<Self, KekError> {
        let failed = |source| KekError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| {
            if source.kind() == ErrorKind::NotFound {
                KekError::Missing(path.display().to_string())
            } else {
                failed(source)
            }
        })?;
        let data = file.metadata().map_err(failed)?;
        if data.permissions().mode() & forbidden(path) != 0 {
            return Err(KekError::Open(path.display().to_string()));
        }
        let mut text = String::new();
        file.take(FILE_LIMIT).read_to_string(&mut text).map_err(failed)?;
        let text = Secret::new(text);
        Self::parse(text.expose()).ok_or_else(|| KekError::Malformed(path.to_owned()))
    }

    /// Makes a new key in a new file with mode 0600; an existing file is left alone.
    pub fn create(path: &Path, randomness: &dyn Randomness) -> Result<Self, KekError> {
        let failed = |source| KekError::File { path: path.to_owned(), source };
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes)?;
        let kek = Self::of(bytes);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = opened.map_err(|source| {
            if source.kind() == ErrorKind::AlreadyExists {
                KekError::Exists(path.display().to_string())
            } else {
                failed(source)
            }
        })?;
        let encoded = Secret::new(BASE64URL_NOPAD.encode(kek.key.expose()));
        writeln!(file, "{PREFIX}:{}:{}", encoded.expose(), kek.id).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // The name must last as well as the content: without the key all is lost.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(kek)
    }

    /// A key that rests nowhere: what it wraps is gone with the process.
    pub fn passing(randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes)?;
        Ok(Self::of(bytes))
    }

    /// A short public fingerprint, by which a wrong key is named.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) const fn key(&self) -> &Secret<[u8; 32]> {
        &self.key
    }

    fn of(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update("muster-kek-id").chain_update(bytes).finalize();
        let id = digest.get(..8).map(|bytes| HEXLOWER.encode(bytes)).unwrap_or_default();
        Self { key: Secret::new(bytes), id }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim_end().split(':');
        let (prefix, encoded, check) = (parts.next()?, parts.next()?, parts.next()?);
        if prefix != PREFIX || parts.next().is_some() {
            return None;
        }
        let bytes = Secret::new(BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?);
        let kek = Self::of(bytes.expose().as_slice().try_into().ok()?);
        (kek.id == check).then_some(kek)
    }
}

impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kek({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_may_carry_the_mask_of_its_access_list_and_no_other_file_may() {
        let credential = Path::new("/run/credentials/muster.service/kek");
        assert_eq!(0o440 & forbidden(credential), 0);
        assert_ne!(0o444 & forbidden(credential), 0);
        assert_ne!(0o440 & forbidden(Path::new("/etc/muster/muster.kek")), 0);
    }
}
