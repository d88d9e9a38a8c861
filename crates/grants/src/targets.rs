//! For whom a token shall be good: `resource` (RFC 8707 2) and `audience` (RFC 8693 2.1).
//!
//! Only whether they can name a target is decided here; which of them a client may ask for
//! is policy.

use crate::{FormParams, ParseError};

/// The most of both together: a token good for more is good for everything.
pub(crate) const TARGETS_MOST: usize = 16;

/// A resource: an absolute URI without a fragment (RFC 3986 4.3).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Target(String);

impl Target {
    /// In bytes: what browsers and proxies let through as a URL.
    pub const LONGEST: usize = 2_000;

    /// Checks a URI. Nothing is normalised: two URIs name the same target when they are
    /// equal byte by byte.
    pub fn new(uri: &str) -> Result<Self, ParseError> {
        let (scheme, rest) = uri.split_once(':').ok_or(ParseError::Target)?;
        let fits = is_scheme(scheme)
            && !rest.is_empty()
            && rest.bytes().all(is_of_uri)
            && percents_are_whole(rest)
            && has_host_if_web(scheme, rest);
        if !fits || uri.len() > Self::LONGEST {
            return Err(ParseError::Target);
        }
        Ok(Self(uri.to_owned()))
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Resources and audiences, each once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Targets {
    /// Where the token will be used.
    pub resources: Vec<Target>,
    /// The logical names of who will take it; at most 2,000 bytes each.
    pub audiences: Vec<String>,
}

impl Targets {
    /// Both parameters.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        let sent = form.every("resource").chain(form.every("audience")).count();
        if sent > TARGETS_MOST {
            return Err(ParseError::Target);
        }
        let mut audiences: Vec<String> = Vec::new();
        for name in form.every("audience") {
            if name.len() > Target::LONGEST {
                return Err(ParseError::Target);
            }
            if !audiences.iter().any(|other| other == name) {
                audiences.push(name.to_owned());
            }
        }
        Ok(Self { resources: resources(form)?, audiences })
    }
}

/// `resource` alone, for grants that know no `audience`.
pub(crate) fn resources(form: &FormParams) -> Result<Vec<Target>, ParseError> {
    if form.every("resource").count() > TARGETS_MOST {
        return Err(ParseError::Target);
    }
    let mut resources: Vec<Target> = Vec::new();
    for uri in form.every("resource") {
        let target = Target::new(uri)?;
        if !resources.contains(&target) {
            resources.push(target);
        }
    }
    Ok(resources)
}

/// RFC 3986 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// RFC 3986 2, without the `#` that begins a fragment.
fn is_of_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte)
}

/// RFC 3986 2.1: a percent, then two hexadecimal digits.
fn percents_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|piece| {
        piece.get(..2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// `https:x` and `https:///x` are URIs, but no web server is there (RFC 9110 4.2.2).
fn has_host_if_web(scheme: &str, rest: &str) -> bool {
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let host = rest.strip_prefix("//").is_some_and(|rest| !rest.starts_with(['/', '?', ':']));
    !is_web || host && rest.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Targets, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| Targets::parse(&form))
    }

    #[test]
    fn only_an_absolute_uri_without_a_fragment_is_a_target() {
        // B46
        let longest = format!("urn:{}", "a".repeat(Target::LONGEST - 4));
        for uri in [
            "https://api.example.org",
            "HTTPS://api.example.org:8443/a%2Fb?c=d",
            "https://[2001:db8::1]/",
            "urn:example:storage",
            longest.as_str(),
        ] {
            assert_eq!(Target::new(uri).unwrap().as_str(), uri);
        }
        let too_long = format!("{longest}a");
        for uri in [
            "https://api.example.org/#part",
            "https://api.example.org/#",
            "/relative",
            "//api.example.org/",
            "api.example.org",
            "",
            "urn:",
            ":x",
            "1a:b",
            "https:api",
            "https://",
            "https:///a",
            "https://:443/",
            "https://a/%2",
            "https://a/%zz",
            "https://a/\u{e9}",
            "https://a/b c",
            "https://a/<b>",
            too_long.as_str(),
        ] {
            assert_eq!(Target::new(uri), Err(ParseError::Target), "{uri}");
        }
    }

    #[test]
    fn sixteen_targets_are_taken_and_a_thousand_refused_as_targets() {
        // B46
        let body = |n: usize| "resource=urn:a&".repeat(n) + &"audience=b&".repeat(n);
        assert_eq!(asked(&body(8)).unwrap().resources.len(), 1, "each once");
        assert_eq!(asked(&(body(8) + "audience=c")), Err(ParseError::Target));
        assert_eq!(asked(&"resource=urn:a&".repeat(17)), Err(ParseError::Target));
        assert_eq!(asked(&"audience=b&".repeat(1_000)), Err(ParseError::Target));
        let alone = |n: usize| {
            let form = FormParams::parse("resource=urn:a&".repeat(n).as_bytes()).unwrap();
            resources(&form).map(|resources| resources.len())
        };
        assert_eq!((alone(16), alone(17)), (Ok(1), Err(ParseError::Target)));
        assert_eq!(asked("audience=&resource="), Ok(Targets::default()), "empty is absent");
        let long = format!("audience={}", "a".repeat(Target::LONGEST + 1));
        assert_eq!(asked(&long), Err(ParseError::Target));
    }
}
