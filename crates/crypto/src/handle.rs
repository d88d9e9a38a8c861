//! Opaque texts of our own, tokens and codes: `mst_at_<shard><random><check>`.
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

/// What a text of ours is. Each kind has a prefix of its own and is looked for in a table of
/// its own, so that none passes for another (past failure 5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HandleKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// An authorization code (RFC 6749 4.1.2).
    Code,
    /// A device code (RFC 8628 3.2).
    DeviceCode,
}

impl HandleKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Access, Self::Refresh, Self::Code, Self::DeviceCode];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "mst_at_",
            Self::Refresh => "mst_rt_",
            Self::Code => "mst_ac_",
            Self::DeviceCode => "mst_dc_",
        }
    }
}

impl From<TokenKind> for HandleKind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Access => Self::Access,
            TokenKind::Refresh => Self::Refresh,
        }
    }
}

/// What an opaque text tells about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handle {
    kind: HandleKind,
    shard: Shard,
}

impl Handle {
    /// A new text.
    pub fn generate(
        kind: HandleKind,
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
        Ok(Secret::new(format!("{}{}", kind.prefix(), BASE64URL_NOPAD.encode(&bytes))))
    }

    /// Recognises a text of ours; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let kind = HandleKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
        let encoded = text.strip_prefix(kind.prefix())?;
        let bytes: [u8; LENGTH] =
            BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?.try_into().ok()?;
        let (checked, found) = bytes.split_at_checked(CHECKED)?;
        if check(kind, checked) != found {
            return None;
        }
        let (shard, _) = checked.split_first_chunk::<2>()?;
        Some(Self { kind, shard: Shard::from_number(i16::from_be_bytes(*shard))? })
    }

    /// What the text is.
    pub const fn kind(&self) -> HandleKind {
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

fn check(kind: HandleKind, bytes: &[u8]) -> [u8; 2] {
    let digest = Sha256::new().chain_update(kind.prefix()).chain_update(bytes).finalize();
    let [first, second, ..] = digest.0;
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_testkit::CountingRandomness;

    fn handle(kind: HandleKind) -> String {
        let shard = Shard::from_number(4_095).unwrap();
        Handle::generate(kind, shard, &CountingRandomness::default()).unwrap().expose().clone()
    }

    #[test]
    fn a_handle_tells_its_kind_and_shard() {
        for kind in HandleKind::ALL {
            let handle = Handle::parse(&handle(kind)).unwrap();
            assert_eq!((handle.kind(), handle.shard().number()), (kind, 4_095));
        }
    }

    #[test]
    fn a_cut_lengthened_or_relabelled_handle_is_none() {
        // B60, V29
        for kind in HandleKind::ALL {
            let text = handle(kind);
            for end in 0..text.len() {
                assert_eq!(Handle::parse(&text[..end]), None, "{kind:?}: a prefix of {end}");
            }
            assert_eq!(Handle::parse(&format!("{text}A")), None);
            for other in HandleKind::ALL.into_iter().filter(|other| *other != kind) {
                let relabelled = text.replace(kind.prefix(), other.prefix());
                assert_eq!(Handle::parse(&relabelled), None, "{kind:?} as {other:?}");
            }
        }
    }

    #[test]
    fn a_handle_with_any_letter_of_its_own_changed_is_none() {
        let text = handle(HandleKind::Code);
        for at in 0..text.len() {
            let letter = if &text[at..=at] == "A" { "B" } else { "A" };
            let changed = [&text[..at], letter, &text[at + 1..]].concat();
            assert_eq!(Handle::parse(&changed), None, "letter {at}");
        }
    }
}
