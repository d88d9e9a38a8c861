//! Nothing secret is printed, whatever a log statement is given.

use std::fmt::Debug;
use std::fs;

use muster_crypto::{
    Algorithm, GivenKey, Handle, HandleKind, OsRandomness, PrivateKey, VerifyingKeys,
    generate_client_secret,
};
use muster_domain::{Secret, Shard, TokenKind};

use crate::vault::{TEXT, Vault, context};

/// Whether eight letters in a row of the secret are printed.
fn prints(shown: &dyn Debug, secret: &str) -> bool {
    let shown = [format!("{shown:?}"), format!("{shown:#?}")].concat();
    secret.as_bytes().windows(8).any(|part| shown.as_bytes().windows(8).any(|word| word == part))
}

#[test]
fn keys_print_their_names_only() {
    let vault = Vault::new();
    let file = fs::read_to_string(vault.folder.file("kek")).unwrap();
    let key = file.split(':').nth(1).unwrap();
    assert!(!prints(&vault.kek, key));
    assert_eq!(format!("{:?}", vault.kek), format!("Kek({})", vault.kek.id()));
    assert_eq!(format!("{:?}", vault.ring()), "KeyRing(..)");
}

#[test]
fn private_keys_and_signers_print_their_names_only() {
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    assert_eq!(format!("{key:?}"), format!("PrivateKey({})", key.kid()));
    assert_eq!(format!("{:?}", key.signer().unwrap()), format!("Signer({})", key.kid()));
    let keys = VerifyingKeys::of_published([(key.kid(), key.public_jwk().as_str())]).0;
    assert_eq!(format!("{keys:?}"), "VerifyingKeys(1)");
    // A key that is not taken shows nothing of itself in the error.
    let set = "{\"keys\":[{\"kty\":\"EC\",\"d\":\"canary-canary\"}]}";
    let unusable = GivenKey::of_jwk_set(set).unwrap().remove(0).unwrap_err();
    assert!(!prints(&unusable, "canary-canary") && !unusable.reason.to_string().contains("canary"));
}

#[test]
fn tokens_and_secrets_are_not_printed() {
    let ring = Vault::new().ring();
    let sealed = ring.seal(TEXT, &context(), &OsRandomness).unwrap();
    assert!(!prints(&sealed, TEXT));
    let bytes = format!("{:?}", sealed.bytes);
    assert!(!prints(&sealed, &bytes), "nor the sealed bytes");
    assert_eq!(format!("{:?}", ring.lookup_tag(TokenKind::Access, TEXT)), "LookupTag(..)");
    assert!(!prints(&Secret::from(TEXT), TEXT));
    let shard = Shard::from_number(1).unwrap();
    for kind in HandleKind::ALL {
        let token = Handle::generate(kind, shard, &OsRandomness).unwrap();
        assert!(!prints(&token, token.expose()));
        assert!(!prints(&Handle::parse(token.expose()), token.expose()));
    }
    let secret = generate_client_secret(&OsRandomness).unwrap();
    assert!(!prints(&secret, secret.expose()));
    assert!(prints(&secret.expose(), secret.expose()), "the comparison sees what is printed");
}
