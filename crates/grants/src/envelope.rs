//! What every request carries, whatever it asks: one form, one way in which the caller
//! presents itself (RFC 6749 2.3), and at most one proof of possession (RFC 9449 4.1).
//!
//! It is a room of its own so that no endpoint can forget one of the three.

use muster_domain::Secret;

use crate::request::{Method, ParseSettings, RawRequest};
use crate::{FormParams, ParseError, Presented};

/// The longest `DPoP` header in bytes: a proof with an RSA key of 4096 bits has a quarter of it.
const PROOF_LONGEST: usize = 8 * 1024;

/// A request whose form is decoded.
pub(crate) struct Envelope<'a> {
    raw: &'a RawRequest<'a>,
    form: FormParams,
}

impl<'a> Envelope<'a> {
    /// Decodes the one place in which parameters stand.
    pub(crate) fn open(raw: &'a RawRequest<'a>) -> Result<Self, ParseError> {
        let query = FormParams::parse(raw.query)?;
        let form = match raw.method {
            Method::Get => query,
            Method::Post => {
                let body = FormParams::parse(raw.body)?;
                if query.names_of_a_grant() || query.shares_a_name_with(&body) {
                    return Err(ParseError::QueryOfPost);
                }
                body
            }
        };
        Ok(Self { raw, form })
    }

    /// The same for an endpoint that is served by POST alone.
    pub(crate) fn open_posted(raw: &'a RawRequest<'a>) -> Result<Self, ParseError> {
        match raw.method {
            Method::Get => Err(ParseError::Method { allow: "POST" }),
            Method::Post => Self::open(raw),
        }
    }

    /// The parameters.
    pub(crate) const fn form(&self) -> &FormParams {
        &self.form
    }

    /// Whether the parameters stood in the URL.
    pub(crate) const fn is_query(&self) -> bool {
        matches!(self.raw.method, Method::Get)
    }

    /// Who asks, and what it proves. Read after the question: a malformed question is not
    /// worth a password.
    pub(crate) fn caller(
        &self,
        settings: ParseSettings,
    ) -> Result<(Presented, Option<Secret<String>>), ParseError> {
        let (headers, readings) = (self.raw.authorization, settings.basic_readings);
        let presented = Presented::parse(&self.form, headers, readings, self.is_query())?;
        Ok((presented, proof(self.raw.dpop)?))
    }
}

/// The one `DPoP` header (B133). What it proves is found out later.
fn proof(headers: &[Vec<u8>]) -> Result<Option<Secret<String>>, ParseError> {
    let [value] = headers else {
        return if headers.is_empty() { Ok(None) } else { Err(ParseError::Proof) };
    };
    let visible = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
    let text = std::str::from_utf8(value).map_err(|_| ParseError::Proof)?;
    if !visible || text.len() > PROOF_LONGEST {
        return Err(ParseError::Proof);
    }
    Ok(Some(Secret::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_one_proof_is_taken_and_only_one_that_can_be_a_jwt() {
        // B133, S65
        let of = |values: &[&[u8]]| {
            let values: Vec<Vec<u8>> = values.iter().map(|value| value.to_vec()).collect();
            proof(&values).map(|proof| proof.map(|proof| proof.expose().clone()))
        };
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[b"a.b.c"]), Ok(Some("a.b.c".to_owned())));
        assert!(of(&[&[b'a'; PROOF_LONGEST]]).is_ok());
        let long = [b'a'; PROOF_LONGEST + 1];
        for refused in [
            &[b"a.b.c".as_slice(), b"a.b.c"][..],
            &[b""],
            &[b"a b"],
            &[b"a\x00"],
            &[b"\xc3\xa9"],
            &[b"\xff"],
            &[&long],
        ] {
            assert_eq!(of(refused), Err(ParseError::Proof));
        }
    }
}
