//! What bearers show cannot be guessed (T15, S13, S54, V63): how much chance is in each text,
//! that it is all from the one source, evenly spread, and that no two are alike.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

use std::collections::BTreeMap;
use std::sync::Mutex;

use muster_crypto::{
    Algorithm, Handle, HandleKind, OsRandomness, PrivateKey, canonical_user_code,
    generate_client_secret, generate_user_code,
};
use muster_domain::{Randomness, RandomnessFailed, Shard};
use muster_testkit::{NoRandomness, SeededRandomness};

/// How many of each are made.
const MILLION: usize = 1_000_000;

/// Everything that opens something by being shown.
const BEARERS: [&str; 5] =
    ["access token", "refresh token", "code", "device code", "client secret"];

fn bearer(what: &str, randomness: &dyn Randomness) -> Result<String, RandomnessFailed> {
    let shard = Shard::from_number(7).unwrap();
    let kind = match what {
        "access token" => HandleKind::Access,
        "refresh token" => HandleKind::Refresh,
        "code" => HandleKind::Code,
        "device code" => HandleKind::DeviceCode,
        _ => return generate_client_secret(randomness).map(|secret| secret.expose().clone()),
    };
    Handle::generate(kind, shard, randomness).map(|text| text.expose().clone())
}

/// The bytes behind a text's prefix.
fn bytes(text: &str) -> Vec<u8> {
    data_encoding::BASE64URL_NOPAD.decode(&text.as_bytes()["mst_xx_".len()..]).unwrap()
}

/// A source that remembers what it gave.
#[derive(Default)]
struct Remembering(Mutex<Vec<u8>>);

impl Randomness for Remembering {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        OsRandomness.fill(bytes)?;
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }
}

#[test]
fn t15_every_bearer_text_holds_256_bits_of_its_source_and_nothing_of_another() {
    for what in BEARERS {
        let source = Remembering::default();
        let text = bearer(what, &source).unwrap();
        let given = source.0.into_inner().unwrap();
        assert_eq!(given.len(), 32, "{what}");
        assert!(bytes(&text).windows(32).any(|part| part == given), "{what}: all of them show");
        // F27: no weaker source stands in.
        assert_eq!(bearer(what, &NoRandomness), Err(RandomnessFailed), "{what}");
    }
}

#[test]
fn t15_of_a_million_texts_of_every_kind_no_two_are_alike() {
    let made = |what: &'static str| {
        let mut seen: Vec<u128> = (0..MILLION)
            .map(|_| {
                let text = bytes(&bearer(what, &OsRandomness).unwrap());
                u128::from_be_bytes(text[8..24].try_into().unwrap())
            })
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), MILLION, "{what}: 128 of the 256 bits are enough to differ");
    };
    std::thread::scope(|scope| {
        for one in BEARERS.map(|what| scope.spawn(move || made(what))) {
            one.join().unwrap();
        }
    });
}

/// How far counts are from what chance would give (Pearson).
fn chi_squared(counts: &[u32]) -> f64 {
    let expected = counts.iter().copied().map(f64::from).sum::<f64>() / f64::from(size(counts));
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

fn size(counts: &[u32]) -> u32 {
    u32::try_from(counts.len()).unwrap()
}

/// Chance exceeds this in one of a million tries, and falls below the other as seldom
/// (Wilson, Hilferty, 1931).
fn is_chance(counts: &[u32]) -> bool {
    let degrees = f64::from(size(counts) - 1);
    let part = 2.0 / (9.0 * degrees);
    let bound = |deviations: f64| degrees * (1.0 - part + deviations * part.sqrt()).powi(3);
    (bound(-4.75)..bound(4.75)).contains(&chi_squared(counts))
}

#[test]
fn t15_every_letter_of_a_text_is_as_likely_as_any_other_in_every_place() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value: BTreeMap<u8, usize> =
        alphabet.iter().enumerate().map(|(at, letter)| (*letter, at)).collect();
    for (seed, what) in (1..).zip(BEARERS) {
        // The shard and the check at the ends of a handle are no chance.
        let places = if what == "client secret" { 7..49 } else { 10..52 };
        let source = SeededRandomness::new(seed);
        let mut counts = vec![[0_u32; 64]; places.len()];
        for _ in 0..MILLION / 10 {
            let text = bearer(what, &source).unwrap();
            for (count, letter) in counts.iter_mut().zip(text[places.clone()].bytes()) {
                count[value[&letter]] += 1;
            }
        }
        for (place, count) in counts.iter().enumerate() {
            assert!(is_chance(count), "{what}, letter {place}: {:.1}", chi_squared(count));
        }
    }
}

#[test]
fn t15_a_text_looks_like_chance_by_itself() {
    // As the conformance suite measures: Shannon's bits of a letter, times letters; 96 at least.
    for what in BEARERS {
        for _ in 0..MILLION / 100 {
            let text = bearer(what, &OsRandomness).unwrap();
            let mut letters: BTreeMap<u8, f64> = BTreeMap::new();
            text.bytes().for_each(|letter| *letters.entry(letter).or_default() += 1.0);
            let length: f64 = letters.values().sum();
            let bits: f64 = letters.values().map(|count| -count * (count / length).log2()).sum();
            assert!(bits >= 96.0, "{what}: {bits:.1} bits");
        }
    }
}

#[test]
fn t15_s54_user_codes_are_evenly_spread_over_more_than_34_bits() {
    let source = SeededRandomness::new(54);
    let mut counts = [[0_u32; 26]; 8];
    let mut codes: Vec<String> = (0..MILLION)
        .map(|_| canonical_user_code(&generate_user_code(&source).unwrap()).unwrap())
        .collect();
    for code in &codes {
        for (count, letter) in counts.iter_mut().zip(code.bytes()) {
            count[usize::from(letter - b'A')] += 1;
        }
    }
    for (place, count) in counts.iter().enumerate() {
        let used: Vec<u32> = count.iter().copied().filter(|count| *count > 0).collect();
        assert_eq!(used.len(), 20);
        assert!(is_chance(&used), "letter {place}: {:.1}", chi_squared(&used));
    }
    assert!(20_f64.log2() * 8.0 > 34.0);
    // Of a million out of 20^8 chance repeats 19.5; the store gives each out once at a time.
    codes.sort_unstable();
    codes.dedup();
    let repeated = MILLION - codes.len();
    assert!((4..=45).contains(&repeated), "{repeated} repeated");
}

#[test]
fn t15_no_two_keys_have_one_name() {
    let mut kids: Vec<String> = (0..5_000)
        .map(|_| PrivateKey::generate(Algorithm::Es256).unwrap().kid().to_owned())
        .collect();
    // SHA-256 of the public half (RFC 7638).
    assert!(kids.iter().all(|kid| kid.len() == 43), "{}", kids[0]);
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), 5_000);
}
