//! Texts of tokens under attack by whoever may write to the database.

use muster_crypto::{
    KeyPurpose, KeyRing, ListingWarrant, OsRandomness, SealContext, SealError, SuccessorWarrant,
    Unsealable,
};
use muster_domain::{
    ClientKey, DataKeyId, Ending, IssuerKey, RandomnessFailed, SealedText, Shard, Timestamp, Token,
    TokenKind, TokenState, TransactionKey, UserKey,
};
use muster_testkit::NoRandomness;
use proptest::prelude::*;

use crate::vault::{TEXT, Vault, context, token};

const WARRANT: ListingWarrant = ListingWarrant::of_permitted_listing();

fn sealed(ring: &KeyRing) -> SealedText {
    ring.seal(TEXT, &context(), &OsRandomness).unwrap()
}

fn opened(ring: &KeyRing, text: &SealedText, context: &SealContext) -> Result<String, Unsealable> {
    ring.unseal(text, context, &WARRANT).map(|text| text.expose().clone())
}

#[test]
fn a_sealed_text_opens_in_its_row() {
    let ring = Vault::new().ring();
    let endless = "x".repeat(16 * 1_024);
    for text in ["", "t", TEXT, "é\u{1f511}\0", &endless] {
        let sealed = ring.seal(text, &context(), &OsRandomness).unwrap();
        assert_eq!(opened(&ring, &sealed, &context()).as_deref(), Ok(text));
    }
}

#[test]
fn a_successor_opens_by_a_warrant_of_grace_in_its_own_row_alone() {
    let ring = Vault::new().ring();
    let warrant = SuccessorWarrant::of_grace();
    let good = sealed(&ring);
    let opened = |context: SealContext| ring.unseal_successor(&good, &context, &warrant);
    assert_eq!(opened(context()).unwrap().expose(), TEXT);
    let mut other = token();
    other.key.number += 1;
    assert_eq!(opened(SealContext::of(&other)).err(), Some(Unsealable::Forged));
}

#[test]
fn no_bit_of_what_is_sealed_can_be_flipped() {
    let ring = Vault::new().ring();
    let good = sealed(&ring);
    for at in 0..good.bytes.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            *changed.bytes.get_mut(at).unwrap() ^= 1 << bit;
            let said = opened(&ring, &changed, &context());
            assert_eq!(said, Err(Unsealable::Forged), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn nothing_sealed_can_be_cut_or_lengthened() {
    let ring = Vault::new().ring();
    let good = sealed(&ring);
    for length in 0..good.bytes.len() {
        let mut cut = good.clone();
        cut.bytes.truncate(length);
        assert_eq!(opened(&ring, &cut, &context()), Err(Unsealable::Forged), "{length} bytes");
    }
    let mut longer = good;
    longer.bytes.push(0);
    assert_eq!(opened(&ring, &longer, &context()), Err(Unsealable::Forged));
}

/// A change of a row.
type Turn = fn(&mut Token);

/// What somebody may turn a row into.
const OTHER_ROWS: [(&str, Turn); 9] = [
    ("another row", |token| token.key.number += 1),
    ("another shard", |token| token.key.shard = Shard::from_number(8).unwrap()),
    ("another issuer (I11)", |token| token.issuer = IssuerKey::new(2)),
    ("another kind", |token| token.kind = TokenKind::Refresh),
    ("another client (I10)", |token| token.client = ClientKey::new(22)),
    ("another user", |token| token.user = Some(UserKey::new(token.key.shard, 32))),
    ("no user", |token| token.user = None),
    ("the user as client", |token| token.client = ClientKey::new(31)),
    ("client and user changed about", |token| {
        token.client = ClientKey::new(31);
        token.user = Some(UserKey::new(token.key.shard, 21));
    }),
];

#[test]
fn a_sealed_text_moved_to_another_row_stays_shut() {
    let ring = Vault::new().ring();
    let good = sealed(&ring);
    for (what, turn) in OTHER_ROWS {
        let mut other = token();
        turn(&mut other);
        let said = opened(&ring, &good, &SealContext::of(&other));
        assert_eq!(said, Err(Unsealable::Forged), "{what}");
    }
}

#[test]
fn two_rows_with_their_texts_swapped_both_stay_shut() {
    let ring = Vault::new().ring();
    let mut second = token();
    second.key.number += 1;
    let (here, there) = (context(), SealContext::of(&second));
    let (one, two) = (sealed(&ring), ring.seal("the other", &there, &OsRandomness).unwrap());
    assert_eq!(opened(&ring, &one, &there), Err(Unsealable::Forged));
    assert_eq!(opened(&ring, &two, &here), Err(Unsealable::Forged));
    assert_eq!(opened(&ring, &two, &there).as_deref(), Ok("the other"));
}

#[test]
fn what_may_change_in_a_row_does_not_shut_its_text() {
    let ring = Vault::new().ring();
    let mut ended = token();
    ended.state = TokenState::Ended { how: Ending::Revoked, at: Timestamp::from_millis(1_500) };
    ended.expires_at = Timestamp::from_millis(9_000);
    ended.transaction = TransactionKey::new(ended.key.shard, 42);
    assert_eq!(opened(&ring, &sealed(&ring), &SealContext::of(&ended)).as_deref(), Ok(TEXT));
}

#[test]
fn under_another_key_a_text_stays_shut_and_a_missing_key_is_named() {
    let mut vault = Vault::new();
    let good = sealed(&vault.ring());
    let signing = vault.stored_for(KeyPurpose::SigningKey).id;
    let newer = vault.add_another(KeyPurpose::TokenText);
    let ring = vault.ring();
    for key in [signing, newer] {
        let relabelled = SealedText { data_key: key, bytes: good.bytes.clone() };
        assert_eq!(opened(&ring, &relabelled, &context()), Err(Unsealable::Forged));
    }
    let lookup = vault.stored_for(KeyPurpose::Lookup).id;
    for key in [lookup, DataKeyId::new(999)] {
        let orphan = SealedText { data_key: key, bytes: good.bytes.clone() };
        let said = opened(&ring, &orphan, &context()).unwrap_err();
        assert_eq!(said, Unsealable::UnknownKey(key.number()));
        assert!(said.to_string().contains(&key.number().to_string()));
    }
    let another_house = Vault::new().ring();
    assert_eq!(opened(&another_house, &good, &context()), Err(Unsealable::Forged));
}

#[test]
fn f14_after_a_rotation_old_texts_open_and_new_ones_bear_the_new_key() {
    let mut vault = Vault::new();
    let ring = vault.ring();
    let old = sealed(&ring);
    let newer = vault.add_another(KeyPurpose::TokenText);
    ring.reopen(&vault.kek, &vault.stored).unwrap();
    let new = sealed(&ring);
    assert_eq!((old.data_key == newer, new.data_key), (false, newer));
    for text in [&old, &new] {
        assert_eq!(opened(&ring, text, &context()).as_deref(), Ok(TEXT));
    }
    // A restart reads the keys in any order.
    vault.stored.reverse();
    let restarted = vault.ring();
    assert_eq!(sealed(&restarted).data_key, newer);
    assert_eq!(opened(&restarted, &old, &context()).as_deref(), Ok(TEXT));
}

#[test]
fn the_same_text_is_sealed_differently_each_time_and_never_shows() {
    let ring = Vault::new().ring();
    let (one, two) = (sealed(&ring), sealed(&ring));
    assert_ne!(one.bytes, two.bytes);
    assert!(!one.bytes.windows(8).any(|part| TEXT.as_bytes().windows(8).any(|word| word == part)));
}

#[test]
fn f27_without_randomness_nothing_is_sealed() {
    let ring = Vault::new().ring();
    let said = ring.seal(TEXT, &context(), &NoRandomness);
    assert_eq!(said, Err(SealError::Randomness(RandomnessFailed)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_opens_as_itself_and_any_other_bytes_stay_shut(
        text in ".{0,40}",
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let ring = Vault::new().ring();
        let good = ring.seal(&text, &context(), &OsRandomness).unwrap();
        let said = opened(&ring, &good, &context());
        prop_assert_eq!(said, Ok(text));
        let forged = SealedText { data_key: good.data_key, bytes };
        prop_assert_eq!(opened(&ring, &forged, &context()), Err(Unsealable::Forged));
    }
}
