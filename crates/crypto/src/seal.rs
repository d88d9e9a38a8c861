//! Sealing texts of tokens: AES-256-GCM-SIV, bound to the row they rest in.
//!
//! A text copied to another row, client or user cannot be opened. Opening takes a licence:
//! texts come back in a listing, and in the answer that a client lost, and on no other path.

use aes_gcm_siv::aead::{AeadInOut, Buffer};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use muster_domain::{
    DataKeyId, Randomness, RandomnessFailed, SealedText, Secret, Token, TokenKind,
};

use crate::key_ring::KeyRing;
use crate::wrap::NONCE;

/// What a sealed text is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealContext {
    issuer: i64,
    shard: i16,
    number: i64,
    kind: TokenKind,
    client: i64,
    user: i64,
}

impl SealContext {
    /// The context of a token's text.
    pub fn of(token: &Token) -> Self {
        Self {
            issuer: token.issuer.number(),
            shard: token.key.shard.number(),
            number: token.key.number,
            kind: token.kind,
            client: token.client.number(),
            user: token.user.map_or(0, |user| user.number),
        }
    }

    fn binding(self, key: DataKeyId) -> [u8; 45] {
        let mut bytes = [0; 45];
        let kind = match self.kind {
            TokenKind::Access => 1,
            TokenKind::Refresh => 2,
        };
        let fields = [1, kind]
            .into_iter()
            .chain(self.shard.to_be_bytes())
            .chain(self.issuer.to_be_bytes())
            .chain(self.number.to_be_bytes())
            .chain(self.client.to_be_bytes())
            .chain(self.user.to_be_bytes())
            .chain(key.number().to_be_bytes());
        for (place, byte) in bytes.iter_mut().zip(fields) {
            *place = byte;
        }
        bytes
    }
}

/// The licence to open texts: made where a listing was permitted, and nowhere else.
///
/// It cannot be written down, nor copied for later, and what it opens cannot be serialised:
///
/// ```compile_fail,E0423
/// let forged = muster_crypto::ListingWarrant(());
/// ```
///
/// ```compile_fail,E0599
/// fn keep(warrant: muster_crypto::ListingWarrant) -> muster_crypto::ListingWarrant {
///     warrant.clone()
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn send(text: &muster_domain::Secret<String>) -> Option<String> {
///     serde_json::to_string(text).ok()
/// }
/// ```
#[derive(Debug)]
pub struct ListingWarrant(());

impl ListingWarrant {
    /// For the flow of a permitted listing alone; tidy watches who calls it.
    pub const fn of_permitted_listing() -> Self {
        Self(())
    }
}

/// The licence to open the texts of one answer again: made where a used refresh token is
/// shown within its grace period (decision D4), and nowhere else.
///
/// ```compile_fail,E0423
/// let forged = muster_crypto::SuccessorWarrant(());
/// ```
///
/// ```compile_fail,E0599
/// fn keep(warrant: muster_crypto::SuccessorWarrant) -> muster_crypto::SuccessorWarrant {
///     warrant.clone()
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn list(warrant: &muster_crypto::SuccessorWarrant) -> &muster_crypto::ListingWarrant {
///     warrant
/// }
/// ```
#[derive(Debug)]
pub struct SuccessorWarrant(());

impl SuccessorWarrant {
    /// For the refresh-token grant alone; tidy watches who calls it.
    pub const fn of_grace() -> Self {
        Self(())
    }
}

/// Why a text could not be sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealError {
    /// No random bytes for the nonce.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// The ring lost its key; cannot be, since it is checked when it is opened.
    #[error("there is no key to seal with")]
    NoKey,
}

/// Why a text could not be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsealable {
    /// The data key is not in the ring.
    #[error("data key {0} is not in the ring")]
    UnknownKey(i64),
    /// The bytes were changed, or belong to another row.
    #[error("the sealed text does not belong to its row, or was changed")]
    Forged,
}

impl KeyRing {
    /// Seals a text under the newest key.
    pub fn seal(
        &self,
        text: &str,
        context: &SealContext,
        randomness: &dyn Randomness,
    ) -> Result<SealedText, SealError> {
        let keys = self.keys();
        let cipher = keys.ciphers.get(&keys.texts).ok_or(SealError::NoKey)?;
        let bytes = seal_bytes(cipher, &context.binding(keys.texts), text.as_bytes(), randomness)?;
        Ok(SealedText { data_key: keys.texts, bytes })
    }

    /// Opens a text.
    pub fn unseal(
        &self,
        sealed: &SealedText,
        context: &SealContext,
        _warrant: &ListingWarrant,
    ) -> Result<Secret<String>, Unsealable> {
        self.open_text(sealed, context)
    }

    /// Opens a text of an answer that is given again.
    pub fn unseal_successor(
        &self,
        sealed: &SealedText,
        context: &SealContext,
        _warrant: &SuccessorWarrant,
    ) -> Result<Secret<String>, Unsealable> {
        self.open_text(sealed, context)
    }

    fn open_text(
        &self,
        sealed: &SealedText,
        context: &SealContext,
    ) -> Result<Secret<String>, Unsealable> {
        let keys = self.keys();
        let unknown = Unsealable::UnknownKey(sealed.data_key.number());
        let cipher = keys.ciphers.get(&sealed.data_key).ok_or(unknown)?;
        let text = open_bytes(cipher, &context.binding(sealed.data_key), &sealed.bytes)
            .ok_or(Unsealable::Forged)?;
        String::from_utf8(text).map(Secret::new).map_err(|_| Unsealable::Forged)
    }

    /// Seals bytes that are no text of a token, such as a private key, bound to a name.
    pub(crate) fn seal_private(
        &self,
        bytes: &[u8],
        name: &str,
        randomness: &dyn Randomness,
    ) -> Result<(DataKeyId, Vec<u8>), SealError> {
        let keys = self.keys();
        let cipher = keys.ciphers.get(&keys.signing).ok_or(SealError::NoKey)?;
        Ok((keys.signing, seal_bytes(cipher, name.as_bytes(), bytes, randomness)?))
    }

    /// Opens what [`Self::seal_private`] sealed.
    pub(crate) fn open_private(
        &self,
        (key, sealed): (DataKeyId, &[u8]),
        name: &str,
    ) -> Result<Secret<Vec<u8>>, Unsealable> {
        let keys = self.keys();
        let cipher = keys.ciphers.get(&key).ok_or(Unsealable::UnknownKey(key.number()))?;
        open_bytes(cipher, name.as_bytes(), sealed).map(Secret::new).ok_or(Unsealable::Forged)
    }
}

fn seal_bytes(
    cipher: &Aes256GcmSiv,
    binding: &[u8],
    plain: &[u8],
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    randomness.fill(&mut nonce)?;
    let mut sealed = Vec::with_capacity(NONCE.saturating_add(plain.len()).saturating_add(16));
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let tag = cipher
        .encrypt_inout_detached(
            &Nonce::from(nonce),
            binding,
            sealed.get_mut(NONCE..).unwrap_or_default().into(),
        )
        // Encryption fails only for texts beyond 64 GiB.
        .map_err(|_| SealError::NoKey)?;
    Buffer::extend_from_slice(&mut sealed, &tag).map_err(|_| SealError::NoKey)?;
    Ok(sealed)
}

fn open_bytes(cipher: &Aes256GcmSiv, binding: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
    let mut plain = rest.to_vec();
    cipher.decrypt_in_place(&Nonce::from(*nonce), binding, &mut plain).ok()?;
    Some(plain)
}
