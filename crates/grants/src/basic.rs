//! The readings of a Basic header (RFC 7617, RFC 6749 2.3.1).
//!
//! Ids of existing clients are URIs with colons and often come unencoded, so a header has
//! up to four readings: split at the first or at the last colon, halves form-decoded or
//! as they are. Which of them names a registered client is found out later.

use data_encoding::BASE64;
use muster_domain::Secret;

use crate::ParseError;
use crate::form::{decode_piece, is_refused, utf8};

/// Which readings are tried (`client_auth.basic_readings`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BasicReadings {
    /// All four.
    #[default]
    All,
    /// The one of RFC 6749: first colon, decoded.
    Strict,
}

/// One way to read a header.
#[derive(Clone, Debug)]
pub struct BasicReading {
    /// The id.
    pub id: String,
    /// The secret.
    pub secret: Secret<String>,
}

/// The distinct readings of one header, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Readings(Vec<BasicReading>);

impl Readings {
    /// Reads the value of an `Authorization` header.
    pub fn parse(value: &[u8], which: BasicReadings) -> Result<Self, ParseError> {
        let pair = Secret::new(decoded_pair(value).ok_or(ParseError::Authentication)?);
        let pair = utf8(pair.expose()).map_err(|_| ParseError::Authentication)?;
        let mut readings: Vec<BasicReading> = Vec::new();
        let splits = [pair.split_once(':'), pair.rsplit_once(':')];
        for (id, secret) in splits.into_iter().flatten() {
            let plain = || Some((id.to_owned(), Secret::from(secret)));
            let candidates = [decoded(id, secret), plain()];
            for (id, secret) in candidates.into_iter().flatten() {
                let known = readings
                    .iter()
                    .any(|other| other.id == id && other.secret.expose() == secret.expose());
                if !known && !id.is_empty() && !id.contains(is_refused) {
                    readings.push(BasicReading { id, secret });
                }
                if which == BasicReadings::Strict {
                    return Self::of(readings);
                }
            }
        }
        Self::of(readings)
    }

    /// The readings in order.
    pub fn iter(&self) -> impl Iterator<Item = &BasicReading> {
        self.0.iter()
    }

    /// Only those that name `id`; none: the request names two clients.
    pub(crate) fn naming(self, id: &str) -> Result<Self, ParseError> {
        let naming: Vec<BasicReading> =
            self.0.into_iter().filter(|reading| reading.id == id).collect();
        if naming.is_empty() { Err(ParseError::OtherClient) } else { Ok(Self(naming)) }
    }

    fn of(readings: Vec<BasicReading>) -> Result<Self, ParseError> {
        if readings.is_empty() { Err(ParseError::Authentication) } else { Ok(Self(readings)) }
    }
}

/// The form-decoded halves; `None`: they are not encoded like that.
fn decoded(id: &str, secret: &str) -> Option<(String, Secret<String>)> {
    let id = decode_piece(id.as_bytes()).ok()?;
    let secret = Secret::new(decode_piece(secret.as_bytes()).ok()?);
    Some((id, secret))
}

/// The bytes behind `Basic` and one space; the scheme in any case (standards S77).
fn decoded_pair(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = value.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let encoded = rest.strip_prefix(b" ")?;
    BASE64.decode(encoded).ok().filter(|pair| pair.contains(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pair: &str, which: BasicReadings) -> Vec<(String, String)> {
        let header = format!("Basic {}", BASE64.encode(pair.as_bytes()));
        let readings = Readings::parse(header.as_bytes(), which).unwrap();
        readings.iter().map(|r| (r.id.clone(), r.secret.expose().clone())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(id, secret)| ((*id).to_owned(), (*secret).to_owned())).collect()
    }

    #[test]
    fn an_encoded_header_has_the_reading_of_the_rfc_first() {
        // S04, D8
        assert_eq!(
            read("a%3Ab:s%25", BasicReadings::All),
            pairs(&[("a:b", "s%"), ("a%3Ab", "s%25")])
        );
        assert_eq!(read("a%3Ab:s%25", BasicReadings::Strict), pairs(&[("a:b", "s%")]));
    }

    #[test]
    fn an_unencoded_id_with_colons_is_found_at_the_last_colon() {
        assert_eq!(
            read("localhost:x.y:s+1", BasicReadings::All),
            pairs(&[
                ("localhost", "x.y:s 1"),
                ("localhost", "x.y:s+1"),
                ("localhost:x.y", "s 1"),
                ("localhost:x.y", "s+1"),
            ])
        );
    }

    #[test]
    fn a_malformed_header_authenticates_nobody() {
        // B22, B23, B29
        for value in [
            "",
            "Basic",
            "Basic ",
            "Basic  YTpi",
            "Basic YTpi=",
            "Basic !",
            "Bearer YTpi",
            "BasicX YTpi",
            "Basic OmI=",
        ] {
            let readings = Readings::parse(value.as_bytes(), BasicReadings::All);
            assert_eq!(readings.map(|_| ()), Err(ParseError::Authentication), "{value}");
        }
        assert!(Readings::parse(b"bAsIc YTpi", BasicReadings::All).is_ok());
    }
}
