//! How far a person reaches: to what they have allowed themselves, at whichever client, and to
//! nothing else (RFC 6749 10.7.3, S26). No rule is asked: it is theirs.

use muster_domain::{IssuerKey, Reach, UserKey};

/// What this person may see and end.
pub const fn own_reach(issuer: IssuerKey, person: UserKey) -> Reach {
    Reach::own_tokens(issuer, person)
}
