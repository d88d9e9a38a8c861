//! The names of all parameters, gathered from the rooms that read them.
//!
//! They stand together because a name counts also where it does not belong: repeated
//! (RFC 6749 3.2), in the query of a POST, or in a message, which echoes no other name.

use crate::wishes::Wishes;
use crate::{GrantType, device_start, token_query};

/// What every request may carry: how the caller presents itself (RFC 6749 2.3, RFC 7521 4.2).
const OF_EVERY_REQUEST: [&str; 5] =
    ["grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// Those that may stand more than once (RFC 8693 2.1, RFC 8707 2).
const REPEATABLE: [&str; 2] = ["audience", "resource"];

/// The name as a grant or an endpoint knows it; `None`: no room reads such a parameter.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    every().find(|known| *known == name)
}

/// Whether a parameter may stand more than once.
pub(crate) fn is_repeatable(name: &str) -> bool {
    REPEATABLE.contains(&name)
}

/// Every name, some of them more than once.
pub(crate) fn every() -> impl Iterator<Item = &'static str> {
    let of_grants = GrantType::ALL.into_iter().flat_map(GrantType::parameters);
    OF_EVERY_REQUEST
        .iter()
        .chain(&REPEATABLE)
        .chain(&Wishes::PARAMETERS)
        .chain(&token_query::PARAMETERS)
        .chain(&device_start::PARAMETERS)
        .chain(of_grants)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FormParams, ParseError};

    #[test]
    fn every_name_may_stand_once_but_the_two_that_are_repeatable() {
        // T14
        for name in every() {
            let twice = FormParams::parse(format!("{name}=a&{name}=a").as_bytes()).map(|_| ());
            let expected =
                if is_repeatable(name) { Ok(()) } else { Err(ParseError::Repeated(name)) };
            assert_eq!(twice, expected, "{name}");
        }
        assert_eq!(known("resource"), Some("resource"));
        assert_eq!((known("tenant"), known("")), (None, None));
    }
}
