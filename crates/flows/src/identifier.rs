//! Identifiers in the form that tools of OA4MP read `ts` and `lifetime` out of
//! (contract/service.md, `jti`).

use muster_domain::{IssuerUrl, Lifetime, Randomness, RandomnessFailed, Timestamp};

/// What an identifier names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    /// A transaction.
    Transaction,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// An ID token.
    IdToken,
}

impl Named {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "authzGrant",
            Self::AccessToken => "accessToken",
            Self::RefreshToken => "refreshToken",
            Self::IdToken => "idToken",
        }
    }
}

/// A new identifier: 128 random bits, and when what it names begins and how long it lives.
pub(crate) fn identifier(
    url: &IssuerUrl,
    named: Named,
    (at, lifetime): (Timestamp, Lifetime),
    randomness: &dyn Randomness,
) -> Result<String, RandomnessFailed> {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes)?;
    let (number, kind) = (u128::from_be_bytes(bytes), named.as_str());
    let lifetime = lifetime.millis();
    Ok(format!("{url}/{number:032x}?type={kind}&ts={at}&version=v2.0&lifetime={lifetime}"))
}

#[cfg(test)]
mod tests {
    use muster_crypto::OsRandomness;
    use muster_testkit::{NoRandomness, SeededRandomness};

    use super::*;

    fn number(named: Named, randomness: &dyn Randomness) -> u128 {
        let url = IssuerUrl::new("https://a.example/oauth2").unwrap();
        let span = (Timestamp::from_millis(1), Lifetime::from_seconds(900));
        let text = identifier(&url, named, span, randomness).unwrap();
        let rest = text.strip_prefix("https://a.example/oauth2/").unwrap();
        let (number, rest) = rest.split_at(32);
        let name = named.as_str();
        assert_eq!(rest, format!("?type={name}&ts=1&version=v2.0&lifetime=900000"));
        u128::from_str_radix(number, 16).unwrap()
    }

    #[test]
    fn t15_of_a_million_identifiers_of_every_kind_no_two_are_alike() {
        let made = |named| {
            let numbers = (0..1_000_000).map(|_| number(named, &OsRandomness));
            let mut numbers: Vec<u128> = numbers.collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 1_000_000, "{named:?}");
        };
        let kinds = [Named::Transaction, Named::AccessToken, Named::RefreshToken, Named::IdToken];
        std::thread::scope(|scope| {
            for one in kinds.map(|named| scope.spawn(move || made(named))) {
                one.join().unwrap();
            }
        });
    }

    #[test]
    fn t15_each_of_the_128_bits_of_an_identifier_is_as_often_set_as_not() {
        let source = SeededRandomness::new(128);
        let mut set = [0_i32; 128];
        for _ in 0..100_000 {
            let number = number(Named::AccessToken, &source);
            for (bit, count) in set.iter_mut().enumerate() {
                *count += i32::from(number >> bit & 1 == 1);
            }
        }
        // Five standard deviations of 158.
        assert!(set.iter().all(|count| (count - 50_000).abs() < 790), "{set:?}");
    }

    #[test]
    fn f27_without_chance_nothing_is_named() {
        let url = IssuerUrl::new("https://a.example/oauth2").unwrap();
        let span = (Timestamp::from_millis(1), Lifetime::from_seconds(900));
        assert!(identifier(&url, Named::AccessToken, span, &NoRandomness).is_err());
    }
}
