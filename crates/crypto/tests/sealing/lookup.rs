//! The hash by which a token is found: keyed, so that a stolen database confirms nothing.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use muster_crypto::{CodeKind, KeyPurpose, OsRandomness};
use muster_domain::{LookupTag, TokenKind};
use muster_testkit::Folder;
use sha2::{Digest, Sha256};

use crate::vault::{TEXT, Vault};

#[test]
fn a_tag_is_the_same_after_a_restart_and_another_in_another_house() {
    let vault = Vault::new();
    let tag = vault.ring().lookup_tag(TokenKind::Access, TEXT);
    assert_eq!(vault.ring().lookup_tag(TokenKind::Access, TEXT), tag);
    assert_ne!(Vault::new().ring().lookup_tag(TokenKind::Access, TEXT), tag);
}

#[test]
fn a_tag_survives_the_rotation_of_every_other_key() {
    let mut vault = Vault::new();
    let tag = vault.ring().lookup_tag(TokenKind::Access, TEXT);
    vault.add_another(KeyPurpose::TokenText);
    vault.add_another(KeyPurpose::SigningKey);
    assert_eq!(vault.ring().lookup_tag(TokenKind::Access, TEXT), tag);
}

#[test]
fn a_tag_differs_by_kind_and_by_any_letter_of_the_text() {
    // The issuer is no part of it: the store asks for issuer and tag together (I11).
    let ring = Vault::new().ring();
    let tag = ring.lookup_tag(TokenKind::Access, TEXT);
    assert_ne!(ring.lookup_tag(TokenKind::Refresh, TEXT), tag);
    let upper = TEXT.to_uppercase();
    let (longer, shorter) = (format!("{TEXT} "), TEXT.trim_end_matches('c'));
    for other in [upper.as_str(), &longer, shorter, ""] {
        assert_ne!(ring.lookup_tag(TokenKind::Access, other), tag, "{other}");
    }
    // The kind cannot be moved into the text.
    assert_ne!(ring.lookup_tag(TokenKind::Access, "rx"), ring.lookup_tag(TokenKind::Refresh, "ax"));
}

#[test]
fn v5_one_text_has_another_tag_as_each_kind_of_credential() {
    let ring = Vault::new().ring();
    let tokens = [TokenKind::Access, TokenKind::Refresh].map(|kind| ring.lookup_tag(kind, TEXT));
    let codes = [CodeKind::Authorization, CodeKind::Device, CodeKind::User];
    let codes = codes.map(|kind| ring.code_tag(kind, TEXT));
    let different: HashSet<_> = tokens.iter().chain(&codes).map(LookupTag::bytes).collect();
    assert_eq!(different.len(), 5);
    let again = ring.code_tag(CodeKind::Device, TEXT);
    assert_eq!(codes[1], again);
    assert_ne!(ring.code_tag(CodeKind::User, "dx"), ring.code_tag(CodeKind::Device, "ux"));
}

#[test]
fn a_tag_is_no_plain_hash_and_a_pseudonym_neither() {
    let ring = Vault::new().ring();
    let tag = *ring.lookup_tag(TokenKind::Access, TEXT).bytes();
    let plain: [[u8; 32]; 2] =
        [Sha256::digest(TEXT).into(), Sha256::digest(format!("a{TEXT}")).into()];
    assert!(!plain.contains(&tag));
    let pseudonym = ring.pseudonym(TEXT);
    assert!(plain.iter().all(|hash| !HEXLOWER.encode(hash).starts_with(&pseudonym)));
    assert!(!HEXLOWER.encode(&tag).starts_with(&pseudonym), "one key for one purpose");
}

#[test]
fn hashes_of_one_text_differ_by_purpose_and_by_house() {
    let (here, there) = (Vault::new().ring(), Vault::new().ring());
    assert_eq!(here.pseudonym("alice"), here.pseudonym("alice"));
    assert_ne!(here.pseudonym("alice"), there.pseudonym("alice"));
    let zero = [0; 32];
    assert_ne!(here.audit_link(&zero, b"alice"), there.audit_link(&zero, b"alice"));
    assert_ne!(here.audit_link(&zero, b"alice"), here.audit_link(&[1; 32], b"alice"));
    let named = HEXLOWER.encode(&here.audit_link(&zero, b"alice"));
    assert!(!named.starts_with(&here.pseudonym("alice")));
}

#[test]
fn a_restart_from_the_file_finds_the_same_tokens() {
    let vault = Vault::new();
    let loaded = muster_crypto::Kek::load(&vault.folder.file("kek")).unwrap();
    let ring = muster_crypto::KeyRing::open(&loaded, &vault.stored).unwrap();
    let tag = vault.ring().lookup_tag(TokenKind::Refresh, TEXT);
    assert_eq!(ring.lookup_tag(TokenKind::Refresh, TEXT), tag);
    let folder = Folder::new("stranger");
    let stranger = muster_crypto::Kek::create(&folder.file("kek"), &OsRandomness).unwrap();
    assert!(muster_crypto::KeyRing::open(&stranger, &vault.stored).is_err());
}
