//! A name for each request, to find its lines in the log again.
//!
//! Made from the clock and the randomness that are passed in (a version 7 UUID, so that
//! ids sort by time), or taken from a trusted proxy that has already named the request.

use std::fmt;
use std::sync::Arc;

use muster_domain::{Clock, Randomness, RandomnessFailed};

/// The name of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestId(String);

impl RequestId {
    /// Longer names are not taken over: they would only fill the log.
    const LONGEST: usize = 64;

    /// A name given by a trusted proxy, if it is fit for a log.
    pub fn given(name: &[u8]) -> Option<Self> {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let fits = !name.is_empty() && name.len() <= Self::LONGEST && name.iter().all(is_plain);
        fits.then(|| str::from_utf8(name).ok().map(|name| Self(name.to_owned()))).flatten()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes request ids.
#[derive(Clone)]
pub struct RequestIds {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl RequestIds {
    /// Ids of this clock and this randomness.
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self { clock, randomness }
    }

    /// The next id.
    pub fn next_id(&self) -> Result<RequestId, RandomnessFailed> {
        let mut random = [0; 10];
        self.randomness.fill(&mut random)?;
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Ok(RequestId(id.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_testkit::{CountingRandomness, HandClock};

    #[test]
    fn an_id_comes_from_the_clock_and_the_randomness_alone() {
        let ids = RequestIds::new(
            HandClock::shared(1_654_791_499_644),
            Arc::new(CountingRandomness::default()),
        );
        let id = ids.next_id().unwrap();
        assert_eq!(id.as_str(), "01814942-6f7c-7e37-b9b9-7f4a7c153c6e");
    }

    #[test]
    fn a_proxys_name_is_taken_only_if_it_fits_into_a_log() {
        assert_eq!(RequestId::given(b"a-1_B.2").unwrap().as_str(), "a-1_B.2");
        for bad in [&b""[..], b"a b", b"a\n", b"\xff", &[b'a'; 65]] {
            assert_eq!(RequestId::given(bad), None);
        }
    }
}
