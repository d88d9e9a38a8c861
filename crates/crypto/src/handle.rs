//! Opaque token texts of our own: `mst_at_<shard><random><check>`.
//!
//! The prefix names service and kind, so that secret scanners can find leaked tokens; the
//! shard tells where to look; 256 random bits cannot be guessed; the check recognises a
//! mistyped text without asking the database.

use data_encoding::BASE64URL_NOPAD;
use muster_domain::{Randomness, RandomnessFailed, Secret, Shard, TokenKind};
use sha2::{Digest, Sha256};

/// Shard (2 bytes), random bits (32 bytes) and check (2 bytes).
const LENGTH: usize = 36;
const CHECKED: usize = 34;

/// What an opaque text tells about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handle {
    kind: TokenKind,
    shard: Shard,
}

impl Handle {
    /// A new text.
    pub fn generate(
        kind: TokenKind,
        shard: Shard,
        randomness: &dyn Randomness,
    ) -> Result<Secret<String>, RandomnessFailed> {
        let mut random = [0; 32];
        randomness.fill(&mut random)?;
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(&shard.number().to_be_bytes());
        bytes.extend_from_slice(&random);
        let check = check(kind, &bytes);
        bytes.extend_from_slice(&check);
        Ok(Secret::new(format!("{}{}", prefix(kind), BASE64URL_NOPAD.encode(&bytes))))
    }

    /// Recognises a text of ours; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let kind = [TokenKind::Access, TokenKind::Refresh]
            .into_iter()
            .find(|kind| text.starts_with(prefix(*kind)))?;
        let encoded = text.strip_prefix(prefix(kind))?;
        let bytes: [u8; LENGTH] =
            BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?.try_into().ok()?;
        let (checked, found) = bytes.split_at_checked(CHECKED)?;
        if check(kind, checked) != found {
            return None;
        }
        let (shard, _) = checked.split_first_chunk::<2>()?;
        Some(Self { kind, shard: Shard::from_number(i16::from_be_bytes(*shard))? })
    }

    /// What the token is for.
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The shard that holds it.
    pub const fn shard(&self) -> Shard {
        self.shard
    }
}

/// A secret of 256 bits for a client, in letters and digits that survive any header.
pub fn generate_client_secret(
    randomness: &dyn Randomness,
) -> Result<Secret<String>, RandomnessFailed> {
    let mut random = [0; 32];
    randomness.fill(&mut random)?;
    Ok(Secret::new(format!("mst_cs_{}", BASE64URL_NOPAD.encode(&random))))
}

const fn prefix(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Access => "mst_at_",
        TokenKind::Refresh => "mst_rt_",
    }
}

fn check(kind: TokenKind, bytes: &[u8]) -> [u8; 2] {
    let digest = Sha256::new().chain_update(prefix(kind)).chain_update(bytes).finalize();
    let [first, second, ..] = digest.0;
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_testkit::CountingRandomness;

    #[test]
    fn a_handle_tells_its_kind_and_shard() {
        let shard = Shard::from_number(4_095).unwrap();
        for kind in [TokenKind::Access, TokenKind::Refresh] {
            let text = Handle::generate(kind, shard, &CountingRandomness::default()).unwrap();
            let handle = Handle::parse(text.expose()).unwrap();
            assert_eq!((handle.kind(), handle.shard()), (kind, shard));
        }
    }

    #[test]
    fn a_cut_changed_or_relabelled_handle_is_none() {
        // B60, V29
        let shard = Shard::from_number(7).unwrap();
        let text =
            Handle::generate(TokenKind::Access, shard, &CountingRandomness::default()).unwrap();
        let text = text.expose();
        for end in 0..text.len() {
            assert_eq!(Handle::parse(&text[..end]), None, "a prefix of {end}");
        }
        assert_eq!(Handle::parse(&text.replace("mst_at_", "mst_rt_")), None);
        assert_eq!(Handle::parse(&format!("{text}A")), None);
    }
}
