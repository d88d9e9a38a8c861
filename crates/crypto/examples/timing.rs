//! Whether comparing a guess with what is kept tells how near the guess is (T18, V54, V58):
//! `cargo run -p muster-crypto --release --example timing -- --times 1000000`.
//!
//! Near guesses differ from the right one in their last letter, far ones in their first. From
//! |t| = 4.5 on the two are told apart (dudect), and the command fails.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use muster_crypto::{
    CodeKind, Kek, KeyRing, OsRandomness, SecretVerifier, Verification, VerifierSettings,
    challenge_of, generate_client_secret,
};
use muster_domain::{CredentialVersion, DataKeyId, Secret, Timestamp, TokenKind};
use muster_testkit::{Folder, HandClock, TELLING, Timings};

const USAGE: &str = "timing [--times N]";
/// Slow hashes are measured so much less often: one takes as long as a million comparisons.
const SLOWER: usize = 10_000;
/// A comparison takes less than the clock can tell.
const REPEATED: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let times: usize = match words.as_slice() {
        [] => 100_000,
        [flag, times] if flag == "--times" => times.parse()?,
        _ => return Err(USAGE.into()),
    };
    let ring = Arc::new(ring()?);
    let right = generate_client_secret(&OsRandomness)?.expose().clone();
    let (near, far) = (changed(&right, right.len() - 1), changed(&right, "mst_cs_".len()));
    let mut told_apart = false;
    let mut judge = |what: &str, timings: &Timings| -> std::io::Result<()> {
        let (t, apart) = (timings.t(), timings.apart() * 100.0);
        told_apart |= t.abs() >= TELLING;
        writeln!(std::io::stdout(), "{what}: t = {t:.2}, medians {apart:.2} % apart")
    };
    let kept = Secret::new(challenge_of(&right));
    let (near_challenge, far_challenge) =
        (changed(kept.expose(), kept.expose().len() - 1), changed(kept.expose(), 0));
    let challenges = [&near_challenge, &far_challenge];
    let compared = Timings::compare(times, challenges, |guess| {
        repeated(|| kept.equals(black_box(guess.as_bytes())));
    });
    judge("a challenge (PKCE)", &compared)?;
    let compared = Timings::compare(times, [&near, &far], |guess| {
        repeated(|| ring.lookup_tag(TokenKind::Refresh, black_box(guess)));
    });
    judge("the tag of a token", &compared)?;
    let compared = Timings::compare(times, [&near, &far], |guess| {
        repeated(|| ring.code_tag(CodeKind::Authorization, black_box(guess)));
    });
    judge("the tag of a code", &compared)?;
    let slowly = times.div_ceil(SLOWER).max(20);
    for (what, timings) in secrets(&ring, (&right, &near, &far), slowly)? {
        judge(what, &timings)?;
    }
    if told_apart { Err("a near guess is told from a far one".into()) } else { Ok(()) }
}

/// Wrong secrets of a client, and those of nobody.
fn secrets(
    ring: &Arc<KeyRing>,
    (right, near, far): (&str, &str, &str),
    times: usize,
) -> Result<Vec<(&'static str, Timings)>, Box<dyn Error>> {
    let verifier = SecretVerifier::start(
        Arc::clone(ring),
        HandClock::shared(0),
        Arc::new(OsRandomness),
        // Nobody is sent away from a machine that is busy.
        VerifierSettings { wait: Duration::from_mins(1), ..VerifierSettings::default() },
    )?;
    let [near, far] = [near, far].map(Secret::from);
    let generated = ring.store_generated(&Secret::from(right));
    let chosen = verifier.store_chosen(&Secret::from(right)).ok_or("the hashing thread is gone")?;
    let version = CredentialVersion(1);
    let wrong = |verification: Verification| assert!(matches!(verification, Verification::Wrong));
    let mut measured = Vec::new();
    for (what, stored) in [("a generated secret", &generated), ("a chosen secret", &chosen)] {
        let guess = |guess: &Secret<String>| {
            wrong(verifier.verify("client", Some((stored, version)), guess));
        };
        measured.push((what, Timings::compare(times, [&near, &far], guess)));
        let nobody = || wrong(verifier.verify("nobody", None, &near));
        measured.push(("the same and nobody's", Timings::measure(times, || guess(&near), nobody)));
    }
    Ok(measured)
}

/// Often enough for the clock to see it.
fn repeated<T>(work: impl Fn() -> T) {
    for _ in 0..REPEATED {
        black_box(work());
    }
}

/// The same with another letter there.
fn changed(text: &str, at: usize) -> String {
    text.char_indices().map(|(place, letter)| if place == at { '~' } else { letter }).collect()
}

fn ring() -> Result<KeyRing, Box<dyn Error>> {
    let folder = Folder::new("timing");
    let kek = Kek::create(&folder.file("kek"), &OsRandomness)?;
    let mut numbers = 1..;
    let number = || DataKeyId::new(numbers.next().unwrap_or_default());
    let wrapped = KeyRing::missing_keys(&kek, &[], (Timestamp::default(), &OsRandomness), number)?;
    Ok(KeyRing::open(&kek, &wrapped)?)
}
