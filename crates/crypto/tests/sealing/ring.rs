//! Data keys under attack, and a key-encryption key that is not the right one.

use muster_crypto::{Kek, KeyPurpose, KeyRing, KeyRingError, OsRandomness};
use muster_domain::{DataKeyId, RandomnessFailed, Timestamp, TokenKind};
use muster_testkit::NoRandomness;

use crate::vault::{TEXT, Vault};

fn error_of(vault: &Vault) -> Option<KeyRingError> {
    KeyRing::open(&vault.kek, &vault.stored).err()
}

#[test]
fn no_byte_of_a_wrapped_key_can_be_changed() {
    for purpose in KeyPurpose::ALL {
        let mut vault = Vault::new();
        let key = vault.stored_for(purpose).id.number();
        for at in 0..vault.stored_for(purpose).wrapped.len() {
            *vault.stored_for(purpose).wrapped.get_mut(at).unwrap() ^= 1;
            assert_eq!(error_of(&vault), Some(KeyRingError::Damaged { key }), "byte {at}");
            *vault.stored_for(purpose).wrapped.get_mut(at).unwrap() ^= 1;
        }
        assert_eq!(error_of(&vault), None);
        for length in [0, 11, 12, 27, 59] {
            let whole = vault.stored_for(purpose).wrapped.clone();
            vault.stored_for(purpose).wrapped.truncate(length);
            assert_eq!(error_of(&vault), Some(KeyRingError::Damaged { key }), "{length} bytes");
            vault.stored_for(purpose).wrapped = whole;
        }
    }
}

#[test]
fn wrapped_keys_cannot_change_places_numbers_or_purposes() {
    let mut swapped = Vault::new();
    let texts = swapped.stored_for(KeyPurpose::TokenText).wrapped.clone();
    let lookup = swapped.stored_for(KeyPurpose::Lookup);
    let key = lookup.id.number();
    lookup.wrapped = texts;
    assert_eq!(error_of(&swapped), Some(KeyRingError::Damaged { key }));

    let mut renumbered = Vault::new();
    renumbered.stored_for(KeyPurpose::Audit).id = DataKeyId::new(77);
    assert_eq!(error_of(&renumbered), Some(KeyRingError::Damaged { key: 77 }));

    let mut relabelled = Vault::new();
    let row = relabelled.stored_for(KeyPurpose::SigningKey);
    let key = row.id.number();
    row.purpose = KeyPurpose::TokenText.number();
    assert_eq!(error_of(&relabelled), Some(KeyRingError::Damaged { key }));
}

#[test]
fn a_wrong_key_encryption_key_is_named_with_the_right_one() {
    let mut vault = Vault::new();
    let wanted = vault.kek.id().to_owned();
    vault.kek = Kek::create(&vault.folder.file("other"), &OsRandomness).unwrap();
    let error = error_of(&vault).unwrap();
    let given = vault.kek.id().to_owned();
    assert_ne!(wanted, given);
    let said = error.to_string();
    assert!(said.contains(&wanted) && said.contains(&given) && said.contains("keys.kek_file"));
    let KeyRingError::WrongKek { key, .. } = error else { panic!("{said}") };
    assert!(vault.stored.iter().any(|row| row.id.number() == key), "the data key is named");
    // Somebody who relabels the rows gains nothing.
    for row in &mut vault.stored {
        row.kek_id.clone_from(&given);
    }
    assert!(matches!(error_of(&vault), Some(KeyRingError::Damaged { .. })));
}

#[test]
fn a_purpose_without_a_key_is_named() {
    for purpose in KeyPurpose::ALL {
        let mut vault = Vault::new();
        vault.stored.retain(|key| key.purpose != purpose.number());
        let error = error_of(&vault).unwrap();
        assert_eq!(error, KeyRingError::Missing(purpose));
        assert!(error.to_string().contains("restore the table data_keys"), "and what to do");
    }
}

#[test]
fn a_purpose_of_a_newer_program_is_refused() {
    let mut vault = Vault::new();
    let row = vault.stored_for(KeyPurpose::Audit);
    row.purpose = 6;
    let key = row.id.number();
    assert_eq!(error_of(&vault), Some(KeyRingError::UnknownPurpose { key, purpose: 6 }));
}

#[test]
fn a_ring_that_cannot_be_reopened_stays_as_it_was() {
    let vault = Vault::new();
    let ring = vault.ring();
    let before = ring.lookup_tag(TokenKind::Access, TEXT);
    let other = Vault::new();
    assert!(ring.reopen(&other.kek, &vault.stored).is_err());
    assert!(ring.reopen(&vault.kek, &[]).is_err());
    assert_eq!(ring.lookup_tag(TokenKind::Access, TEXT), before);
}

#[test]
fn only_missing_keys_are_made_and_none_without_randomness() {
    let vault = Vault::new();
    let unused = || -> DataKeyId { panic!("no number is needed") };
    let at = Timestamp::default();
    let made = KeyRing::missing_keys(&vault.kek, &vault.stored, (at, &OsRandomness), unused);
    assert_eq!(made, Ok(Vec::new()));
    // F27
    let none = KeyRing::missing_keys(&vault.kek, &[], (at, &NoRandomness), || DataKeyId::new(1));
    assert_eq!(none, Err(RandomnessFailed));
}
