//! Private signing keys at rest: sealed, bound to their name.

use muster_crypto::{Algorithm, KeyPurpose, OsRandomness, PrivateKey, PrivateKeyError, Unsealable};
use muster_domain::DataKeyId;

use crate::vault::Vault;

fn forged(said: &Result<PrivateKey, PrivateKeyError>) -> bool {
    matches!(said, Err(PrivateKeyError::Opening(Unsealable::Forged)))
}

#[test]
fn a_sealed_signing_key_opens_as_itself_also_after_a_rotation() {
    let mut vault = Vault::new();
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let (id, sealed) = key.seal(&vault.ring(), &OsRandomness).unwrap();
    vault.add_another(KeyPurpose::SigningKey);
    let opened = PrivateKey::open(&vault.ring(), key.kid(), (id, &sealed)).unwrap();
    assert_eq!(opened.public_jwk(), key.public_jwk());
}

#[test]
fn a_sealed_signing_key_under_another_name_or_key_or_changed_stays_shut() {
    let mut vault = Vault::new();
    let ring = vault.ring();
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let (id, sealed) = key.seal(&ring, &OsRandomness).unwrap();
    assert!(forged(&PrivateKey::open(&ring, "another", (id, &sealed))));
    let texts = vault.stored_for(KeyPurpose::TokenText).id;
    assert!(forged(&PrivateKey::open(&ring, key.kid(), (texts, &sealed))));
    assert!(forged(&PrivateKey::open(&Vault::new().ring(), key.kid(), (id, &sealed))));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        *changed.get_mut(at).unwrap() ^= 0x80;
        assert!(forged(&PrivateKey::open(&ring, key.kid(), (id, &changed))), "byte {at}");
    }
    let orphan = PrivateKey::open(&ring, key.kid(), (DataKeyId::new(999), &sealed));
    let unknown = Unsealable::UnknownKey(999);
    assert_eq!(orphan.err(), Some(PrivateKeyError::Opening(unknown)));
}
