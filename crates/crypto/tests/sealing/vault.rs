//! A house's keys, as they lie in its file and its database.

use muster_crypto::{Kek, KeyPurpose, KeyRing, OsRandomness, SealContext, WrappedKey};
use muster_domain::{
    ClientKey, DataKeyId, ElementKey, IssuerKey, Shard, Timestamp, Token, TokenId, TokenKey,
    TokenKind, TokenState, TransactionKey, UserKey,
};
use muster_testkit::Folder;

pub(crate) const TEXT: &str = "mst_at_canary-5f1c";

pub(crate) struct Vault {
    pub(crate) folder: Folder,
    pub(crate) kek: Kek,
    pub(crate) stored: Vec<WrappedKey>,
}

impl Vault {
    pub(crate) fn new() -> Self {
        let folder = Folder::new("vault");
        let kek = Kek::create(&folder.file("kek"), &OsRandomness).unwrap();
        let mut vault = Self { folder, kek, stored: Vec::new() };
        vault.stored = vault.made_beside(&[]);
        vault
    }

    pub(crate) fn ring(&self) -> KeyRing {
        KeyRing::open(&self.kek, &self.stored).unwrap()
    }

    /// A new key for a purpose that has one already, as a rotation makes it.
    pub(crate) fn add_another(&mut self, purpose: KeyPurpose) -> DataKeyId {
        let others: Vec<WrappedKey> =
            self.stored.iter().filter(|key| key.purpose != purpose.number()).cloned().collect();
        let made = self.made_beside(&others);
        self.stored.extend(made);
        self.stored.last().unwrap().id
    }

    pub(crate) fn stored_for(&mut self, purpose: KeyPurpose) -> &mut WrappedKey {
        self.stored.iter_mut().find(|key| key.purpose == purpose.number()).unwrap()
    }

    fn made_beside(&self, others: &[WrappedKey]) -> Vec<WrappedKey> {
        let last = self.stored.iter().map(|key| key.id.number()).max();
        let mut number = last.unwrap_or(100);
        let at = Timestamp::from_millis(1);
        KeyRing::missing_keys(&self.kek, others, (at, &OsRandomness), || {
            number += 1;
            DataKeyId::new(number)
        })
        .unwrap()
    }
}

/// A token that has nothing in common with another but the text.
pub(crate) fn token() -> Token {
    let shard = Shard::from_number(7).unwrap();
    Token {
        key: TokenKey::new(shard, 11),
        issuer: IssuerKey::new(1),
        client: ClientKey::new(21),
        user: Some(UserKey::new(shard, 31)),
        transaction: TransactionKey::new(shard, 41),
        element: ElementKey::new(11),
        kind: TokenKind::Access,
        id: TokenId::new("urn:token:11").unwrap(),
        issued_at: Timestamp::from_millis(1_000),
        expires_at: Timestamp::from_millis(2_000),
        state: TokenState::Live,
    }
}

pub(crate) fn context() -> SealContext {
    SealContext::of(&token())
}
