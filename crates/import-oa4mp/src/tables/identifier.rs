//! Identifiers of OA4MP: what their text tells about issue time and lifetime.
//!
//! v2: `<address>/<hex>?type=..&ts=<ms>&version=v2.0[&lifetime=<ms>]`, in any order.
//! v1: `<address>/<type>/<hex>/<ms>`. Any other URI tells nothing.

/// What an identifier tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Told {
    /// When it was made, in milliseconds.
    pub(crate) issued_at: Option<i64>,
    /// How long it lives, in milliseconds; possibly a date (see [`lifetime_of`]).
    pub(crate) lifetime: Option<i64>,
}

/// Reads an identifier.
pub(crate) fn told(identifier: &str) -> Told {
    if let Some((_, query)) = identifier.split_once('?') {
        let parameter = |name: &str| {
            query.split('&').find_map(|pair| {
                let (found, value) = pair.split_once('=')?;
                if found == name { value.parse().ok() } else { None }
            })
        };
        return Told { issued_at: parameter("ts"), lifetime: parameter("lifetime") };
    }
    let last = identifier.rsplit('/').next().unwrap_or_default();
    let number = last.parse().ok().filter(|_| last.bytes().all(|byte| byte.is_ascii_digit()));
    Told { issued_at: number, lifetime: None }
}

/// A lifetime as it is meant: some versions write the date of expiry where a lifetime
/// belongs. A value not smaller than the issue time is one (oa4mp-import.md 4.0).
pub(crate) const fn lifetime_of(value: i64, issued_at: i64) -> i64 {
    if issued_at > 0 && value >= issued_at { value.saturating_sub(issued_at) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_v2_identifier_tells_time_and_lifetime() {
        let id = "https://h/oauth2/46?type=accessToken&ts=1654791499644&version=v2.0&lifetime=300000&eid=x";
        let expected = Told { issued_at: Some(1_654_791_499_644), lifetime: Some(300_000) };
        assert_eq!(told(id), expected);
    }

    #[test]
    fn a_v1_identifier_ends_with_its_time() {
        let told_by = |id| told(id).issued_at;
        assert_eq!(
            told_by("https://h/oauth2/accessToken/46ab/1654791499644"),
            Some(1_654_791_499_644)
        );
        assert_eq!(told_by("oa4mp:oa4mp,2012:/rfc6749_4_4/transaction/75ab/1795"), Some(1795));
        assert_eq!(told_by("https://h/oauth2/46ab"), None);
        assert_eq!(told_by("urn:x"), None);
    }

    #[test]
    fn a_lifetime_that_is_a_date_counts_from_the_issue_time() {
        assert_eq!(lifetime_of(1_000_300, 1_000_000), 300);
        assert_eq!(lifetime_of(300, 1_000_000), 300);
        assert_eq!(lifetime_of(1_000_000, 1_000_000), 0);
        assert_eq!(lifetime_of(300, 0), 300);
    }
}
