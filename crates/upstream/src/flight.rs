//! A login under way at the provider: what must come back, or is needed when it does.
//!
//! It rides along in the browser, sealed by the server; nothing is remembered here. Whoever
//! takes it out of its cookie removes the cookie, so that it lands once.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use muster_domain::{Lifetime, Randomness, RandomnessFailed, Secret, Timestamp};

/// Bytes of state, nonce and verifier: nobody guesses them.
const SECRET_BYTES: usize = 32;
/// The form of its text; another one is of another release.
const FORM: &str = "u1";
/// A text of it is not longer: an issuer is the only part whose length is not ours.
const LONGEST: usize = 4 * 1024;

/// A login under way.
#[derive(Clone)]
pub struct Flight {
    pub(crate) state: Secret<String>,
    pub(crate) nonce: Secret<String>,
    /// The code verifier (RFC 7636 4.1).
    pub(crate) verifier: Secret<String>,
    /// The provider it went to.
    pub(crate) issuer: String,
    pub(crate) begun_at: Timestamp,
    /// How long ago the person may have logged in there at most.
    pub(crate) max_age: Option<Lifetime>,
}

/// A text that is no flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it is no login under way at a provider")]
pub struct NoFlight;

impl Flight {
    pub(crate) fn begin(
        randomness: &dyn Randomness,
        issuer: &str,
        begun_at: Timestamp,
        max_age: Option<Lifetime>,
    ) -> Result<Self, RandomnessFailed> {
        Ok(Self {
            state: drawn(randomness)?,
            nonce: drawn(randomness)?,
            verifier: drawn(randomness)?,
            issuer: issuer.to_owned(),
            begun_at,
            max_age,
        })
    }

    /// It as text, to be sealed: whoever reads it could land in the person's place.
    pub fn to_text(&self) -> Secret<String> {
        let max_age = self.max_age.map_or_else(String::new, |age| age.millis().to_string());
        let issuer = BASE64URL_NOPAD.encode(self.issuer.as_bytes());
        Secret::new(format!(
            "{FORM}.{}.{}.{}.{}.{max_age}.{issuer}",
            self.state.expose(),
            self.nonce.expose(),
            self.verifier.expose(),
            self.begun_at,
        ))
    }

    /// What [`Self::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Self, NoFlight> {
        if text.len() > LONGEST {
            return Err(NoFlight);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let &[FORM, state, nonce, verifier, begun_at, max_age, issuer] = parts.as_slice() else {
            return Err(NoFlight);
        };
        let issuer = BASE64URL_NOPAD.decode(issuer.as_bytes()).map_err(|_| NoFlight)?;
        let max_age = match max_age {
            "" => None,
            text => Some(Lifetime::from_millis(text.parse().map_err(|_| NoFlight)?)),
        };
        Ok(Self {
            state: secret(state)?,
            nonce: secret(nonce)?,
            verifier: secret(verifier)?,
            issuer: String::from_utf8(issuer).map_err(|_| NoFlight)?,
            begun_at: Timestamp::from_millis(begun_at.parse().map_err(|_| NoFlight)?),
            max_age,
        })
    }
}

fn drawn(randomness: &dyn Randomness) -> Result<Secret<String>, RandomnessFailed> {
    let mut bytes = [0; SECRET_BYTES];
    randomness.fill(&mut bytes)?;
    Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
}

/// A part that is as long as one that was drawn: an empty state would equal an empty one.
fn secret(text: &str) -> Result<Secret<String>, NoFlight> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NoFlight)?;
    if bytes.len() == SECRET_BYTES { Ok(Secret::from(text)) } else { Err(NoFlight) }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight")
            .field("issuer", &self.issuer)
            .field("begun_at", &self.begun_at)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use muster_testkit::{CountingRandomness, NoRandomness};

    use super::*;

    fn flight(max_age: Option<Lifetime>) -> Flight {
        let now = Timestamp::from_millis(-5);
        Flight::begin(&CountingRandomness::default(), "https://idp.example", now, max_age).unwrap()
    }

    #[test]
    fn a_flight_comes_out_of_its_text_as_it_went_in() {
        for max_age in [None, Some(Lifetime::from_millis(0)), Some(Lifetime::from_seconds(60))] {
            let text = flight(max_age).to_text();
            let read = Flight::from_text(text.expose()).unwrap();
            assert_eq!(read.to_text().expose(), text.expose());
            assert_eq!((read.issuer.as_str(), read.max_age), ("https://idp.example", max_age));
        }
    }

    #[test]
    fn a_text_that_is_cut_or_lengthened_is_no_flight() {
        let text = flight(None).to_text();
        let text = text.expose();
        assert!(Flight::from_text(&format!("{text}.x")).is_err());
        assert!(Flight::from_text(&text.replace("u1.", "u2.")).is_err());
        assert!(Flight::from_text("u1......").is_err());
        for end in 0..text.rfind('.').unwrap() {
            assert!(Flight::from_text(&text[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn its_secrets_differ_and_do_not_show() {
        let flight = flight(None);
        let secrets = [&flight.state, &flight.nonce, &flight.verifier].map(Secret::expose);
        assert!(secrets[0] != secrets[1] && secrets[1] != secrets[2]);
        let printed = format!("{flight:?}");
        assert!(secrets.iter().all(|secret| !printed.contains(secret.as_str())));
    }

    #[test]
    fn without_randomness_nobody_takes_off() {
        let now = Timestamp::default();
        assert!(Flight::begin(&NoRandomness, "https://idp.example", now, None).is_err());
    }
}
