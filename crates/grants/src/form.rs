//! `application/x-www-form-urlencoded`, strictly (RFC 6749 appendix B).
//!
//! The decoder of the URL standard lets bad percents and broken UTF-8 through; both would
//! reach the database as something that nobody sent (D11, B12 to B16).

use std::borrow::Cow;

use muster_domain::Secret;

use crate::targets::TARGETS_MOST;
use crate::{ParseError, parameters};

/// No grant has a tenth of it.
const PARAMETERS_MOST: usize = 64;
const NAME_LONGEST: usize = 128;
/// In bytes, decoded: an access token with many claims still fits.
const VALUE_LONGEST: usize = 8 * 1024;

/// Parameters by name, each once unless it is declared repeatable.
#[derive(Clone, Debug, Default)]
pub struct FormParams(Vec<(String, Secret<String>)>);

impl FormParams {
    /// Decodes a query or a body.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let mut found: Vec<(String, Secret<String>)> = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if found.len() >= PARAMETERS_MOST {
                return Err(too_many(&found));
            }
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => {
                    let (name, rest) = pair.split_at_checked(at).unwrap_or((pair, &[]));
                    (name, rest.get(1..).unwrap_or_default())
                }
                None => (pair, [].as_slice()),
            };
            let name = decoded(name, NAME_LONGEST)?;
            let value = Secret::new(decoded(value, VALUE_LONGEST)?);
            let repeated = found.iter().any(|(other, _)| *other == name);
            if repeated && !parameters::is_repeatable(&name) {
                let known = parameters::known(&name);
                return Err(known.map_or(ParseError::RepeatedOther, ParseError::Repeated));
            }
            found.push((name, value));
        }
        Ok(Self(found))
    }

    /// The value of a parameter; an empty one counts as absent (RFC 6749 3.2).
    pub fn find(&self, name: &str) -> Option<&Secret<String>> {
        self.find_even_empty(name).filter(|value| !value.expose().is_empty())
    }

    /// The value of a parameter, even an empty one.
    pub fn find_even_empty(&self, name: &str) -> Option<&Secret<String>> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The text of a parameter without which the question is none.
    pub(crate) fn required(&self, name: &'static str) -> Result<Secret<String>, ParseError> {
        self.find(name).cloned().ok_or(ParseError::Missing(name))
    }

    /// Every value of a repeatable parameter, in order; empty ones count as absent.
    pub(crate) fn every(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(other, value)| other == name && !value.expose().is_empty())
            .map(|(_, value)| value.expose().as_str())
    }

    /// Whether any parameter has a name that grants use.
    pub(crate) fn names_of_a_grant(&self) -> bool {
        self.0.iter().any(|(name, _)| parameters::known(name).is_some())
    }

    /// Whether any parameter stands in the other form as well.
    pub(crate) fn shares_a_name_with(&self, other: &Self) -> bool {
        self.0.iter().any(|(name, _)| other.find_even_empty(name).is_some())
    }
}

/// Which of the two limits is hurt: a flood of targets is answered as such (B46).
fn too_many(found: &[(String, Secret<String>)]) -> ParseError {
    let targets = found.iter().filter(|(name, _)| parameters::is_repeatable(name)).count();
    if targets > TARGETS_MOST { ParseError::Target } else { ParseError::TooMuch }
}

/// Decodes one name or value and checks its characters.
fn decoded(bytes: &[u8], longest: usize) -> Result<String, ParseError> {
    check_percents(bytes)?;
    if bytes.len() > longest.saturating_mul(3) {
        return Err(ParseError::TooMuch);
    }
    // `parse` splits at `&` and `=`; within one piece neither occurs unencoded but `=`.
    let text = decode_piece(bytes)?;
    if text.len() > longest {
        return Err(ParseError::TooMuch);
    }
    if text.chars().any(is_refused) {
        return Err(ParseError::Control);
    }
    Ok(text)
}

/// Form-decodes one piece: `+` is a space, `%XX` a byte.
pub(crate) fn decode_piece(bytes: &[u8]) -> Result<String, ParseError> {
    check_percents(bytes)?;
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.next().and_then(digit).zip(rest.next().and_then(digit));
                let (high, low) = digits.ok_or(ParseError::Percent)?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(plain).map_err(|_| ParseError::Encoding)
}

fn check_percents(bytes: &[u8]) -> Result<(), ParseError> {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let digits = rest.get(at.saturating_add(1)..at.saturating_add(3));
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(ParseError::Percent);
        }
        rest = rest.get(at.saturating_add(3)..).unwrap_or_default();
    }
    Ok(())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// C0 and C1 controls, and the characters that turn the reading direction around (B14).
pub(crate) fn is_refused(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text of bytes that must be UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| ParseError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> ParseError {
        FormParams::parse(text.as_bytes()).expect_err(text)
    }

    #[test]
    fn bad_percents_are_refused_in_names_and_values() {
        // B12
        for text in ["a=%zz", "a=%", "a=%0", "%=a", "%g0=a", "a=b%"] {
            assert_eq!(refused(text), ParseError::Percent, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_refused() {
        // B13
        for text in ["a=%ff", "a=%c0%af", "a=%ed%a0%80", "%ff=a"] {
            assert_eq!(refused(text), ParseError::Encoding, "{text}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        // B14
        for text in ["a=%00", "a=b%1f", "a=%0d%0a", "a=%7f", "client_id=a%e2%80%aeb", "%00=a"] {
            assert_eq!(refused(text), ParseError::Control, "{text}");
        }
    }

    #[test]
    fn too_many_or_too_long_parameters_are_refused() {
        // B15, B16
        let many: Vec<String> = (0..65).map(|n| format!("p{n}=1")).collect();
        assert_eq!(refused(&many.join("&")), ParseError::TooMuch);
        assert_eq!(refused(&"resource=urn:a&".repeat(1_000)), ParseError::Target, "B46");
        assert_eq!(refused(&format!("{}=1", "n".repeat(4_096))), ParseError::TooMuch);
        assert_eq!(refused(&format!("a={}", "v".repeat(8_193))), ParseError::TooMuch);
    }

    #[test]
    fn a_repeated_parameter_is_refused_by_name_and_an_unknown_one_without() {
        // B41, B114, T14
        assert_eq!(refused("scope=a&scope=a"), ParseError::Repeated("scope"));
        assert_eq!(refused("x=1&x=2"), ParseError::RepeatedOther);
        assert!(FormParams::parse(b"resource=a&resource=b").is_ok());
    }

    #[test]
    fn plus_is_a_space_and_percents_are_bytes() {
        let form = FormParams::parse(b"a=b+c%26%C3%A9&e=").unwrap();
        assert_eq!(form.find("a").unwrap().expose(), "b c&\u{e9}");
        assert!(form.find("e").is_none());
        assert!(form.find_even_empty("e").is_some());
    }
}
