//! Tickets: what waits while a person goes through pages, sealed and handed to the browser
//! (decision 0015).
//!
//! A ticket opens for its own kind, issuer and browser, until it expires. It says what was
//! asked, never that something is allowed.

use data_encoding::BASE64URL_NOPAD;
use muster_domain::{DataKeyId, IssuerKey, Randomness, RandomnessFailed, Secret, Timestamp};
use sha2::{Digest, Sha256};

use crate::key_ring::KeyRing;
use crate::seal::{SealError, open_bytes, seal_bytes};

/// The longest text that is opened: more than the longest request, sealed and encoded.
const LONGEST: usize = 48 * 1024;

/// What a ticket is for. None passes for another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TicketKind {
    /// The form to log in.
    Login,
    /// The way on after logging in.
    Resume,
    /// The form to allow what a client asks for.
    Consent,
    /// The form for a device's code.
    DeviceCode,
    /// The form to approve a device.
    DeviceDecision,
    /// The forms of somebody's own tokens.
    Own,
    /// The form to log out.
    Logout,
    /// What waits while an upstream provider has the person.
    Upstream,
}

impl TicketKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::Resume,
        Self::Consent,
        Self::DeviceCode,
        Self::DeviceDecision,
        Self::Own,
        Self::Logout,
        Self::Upstream,
    ];

    const fn number(self) -> u8 {
        match self {
            Self::Login => 1,
            Self::Resume => 2,
            Self::Consent => 3,
            Self::DeviceCode => 4,
            Self::DeviceDecision => 5,
            Self::Own => 6,
            Self::Logout => 7,
            Self::Upstream => 8,
        }
    }
}

/// What a ticket is bound to.
#[derive(Clone, Copy, Debug)]
pub struct TicketBinding<'a> {
    /// What it is for.
    pub kind: TicketKind,
    /// At which issuer.
    pub issuer: IssuerKey,
    /// The secret of the browser that it is handed to.
    pub browser: &'a Secret<String>,
}

impl TicketBinding<'_> {
    fn bytes(&self, key: DataKeyId) -> Vec<u8> {
        let mut bytes = b"muster ticket 1\0".to_vec();
        bytes.push(self.kind.number());
        bytes.extend_from_slice(&self.issuer.number().to_be_bytes());
        bytes.extend_from_slice(&key.number().to_be_bytes());
        bytes.extend_from_slice(&Sha256::digest(self.browser.expose()));
        bytes
    }
}

/// A secret of 256 bits for a browser, which its tickets are bound to.
pub fn generate_browser_secret(
    randomness: &dyn Randomness,
) -> Result<Secret<String>, RandomnessFailed> {
    let mut random = [0; 32];
    randomness.fill(&mut random)?;
    Ok(Secret::new(BASE64URL_NOPAD.encode(&random)))
}

impl KeyRing {
    /// Seals a ticket that is good until `expires_at`, that moment excluded.
    pub fn seal_ticket(
        &self,
        binding: &TicketBinding<'_>,
        (text, expires_at): (&str, Timestamp),
        randomness: &dyn Randomness,
    ) -> Result<Secret<String>, SealError> {
        let keys = self.keys();
        let cipher = keys.ciphers.get(&keys.texts).ok_or(SealError::NoKey)?;
        let mut plain = expires_at.millis().to_be_bytes().to_vec();
        plain.extend_from_slice(text.as_bytes());
        let sealed = seal_bytes(cipher, &binding.bytes(keys.texts), &plain, randomness)?;
        let mut bytes = keys.texts.number().to_be_bytes().to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Opens a ticket; `None`: it is none, of another kind, issuer or browser, or too old.
    pub fn open_ticket(
        &self,
        binding: &TicketBinding<'_>,
        ticket: &str,
        now: Timestamp,
    ) -> Option<Secret<String>> {
        if ticket.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(ticket.as_bytes()).ok()?;
        let (key, sealed) = bytes.split_first_chunk::<8>()?;
        let key = DataKeyId::new(i64::from_be_bytes(*key));
        let keys = self.keys();
        let plain = open_bytes(keys.ciphers.get(&key)?, &binding.bytes(key), sealed)?;
        let (expires_at, text) = plain.split_first_chunk::<8>()?;
        if now.millis() >= i64::from_be_bytes(*expires_at) {
            return None;
        }
        String::from_utf8(text.to_vec()).ok().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use muster_testkit::CountingRandomness;

    use super::*;
    use crate::kek::Kek;

    fn ring() -> KeyRing {
        let kek = Kek::passing(&CountingRandomness::default()).unwrap();
        let mut number = 0;
        let mut next = || {
            number += 1;
            DataKeyId::new(number)
        };
        let made = (Timestamp::default(), &CountingRandomness::default() as &dyn Randomness);
        let stored = KeyRing::missing_keys(&kek, &[], made, &mut next).unwrap();
        KeyRing::open(&kek, &stored).unwrap()
    }

    const END: Timestamp = Timestamp::from_millis(1_000);
    const BEFORE: Timestamp = Timestamp::from_millis(999);

    #[test]
    fn a_ticket_opens_for_its_kind_issuer_and_browser_until_it_expires() {
        let (ring, here, there) = (ring(), Secret::from("here"), Secret::from("there"));
        let (first, other) = (IssuerKey::new(1), IssuerKey::new(2));
        for kind in TicketKind::ALL {
            let own = TicketBinding { kind, issuer: first, browser: &here };
            let randomness = CountingRandomness::default();
            let ticket = ring.seal_ticket(&own, ("a=b", END), &randomness).unwrap();
            let opened = ring.open_ticket(&own, ticket.expose(), BEFORE).unwrap();
            assert_eq!(opened.expose(), "a=b");
            assert!(ring.open_ticket(&own, ticket.expose(), END).is_none(), "expiry is exclusive");
            let others = TicketKind::ALL.into_iter().filter(|other| *other != kind);
            let others = others.map(|kind| TicketBinding { kind, ..own });
            let elsewhere =
                [TicketBinding { issuer: other, ..own }, TicketBinding { browser: &there, ..own }];
            for binding in others.chain(elsewhere) {
                let opened = ring.open_ticket(&binding, ticket.expose(), BEFORE);
                assert!(opened.is_none(), "{kind:?} by {binding:?}");
            }
        }
    }

    #[test]
    fn a_ticket_with_any_letter_changed_cut_or_added_is_none() {
        let (ring, browser) = (ring(), Secret::from("here"));
        let kind = TicketKind::Consent;
        let own = TicketBinding { kind, issuer: IssuerKey::new(1), browser: &browser };
        let randomness = CountingRandomness::default();
        let ticket = ring.seal_ticket(&own, ("a=b", END), &randomness).unwrap();
        let text = ticket.expose();
        for at in 0..text.len() {
            let letter = if &text[at..=at] == "A" { "B" } else { "A" };
            let changed = [&text[..at], letter, &text[at + 1..]].concat();
            // The last letter of base64url may hold bits that mean nothing; such a text is none.
            assert!(ring.open_ticket(&own, &changed, BEFORE).is_none(), "letter {at}");
            assert!(ring.open_ticket(&own, &text[..at], BEFORE).is_none(), "a prefix of {at}");
        }
        let longer = [text, "AAAA"].concat();
        assert!(ring.open_ticket(&own, &longer, BEFORE).is_none());
        assert!(ring.open_ticket(&own, &"A".repeat(LONGEST + 1), BEFORE).is_none());
    }
}
