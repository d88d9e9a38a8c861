//! The terms on which a client gets tokens: how long they live, from its registration, its
//! wish and the keeper's limits, the smallest of which holds.

use muster_domain::{GrantName, Lifetime, Registration};
use muster_grants::Wishes;

use crate::rulebook::Lifetimes;

/// How long what is issued lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// An access token.
    pub access: Lifetime,
    /// A refresh token that is not used; `None`: there is none.
    pub refresh: Option<Lifetime>,
    /// All refresh tokens of one family together.
    pub family: Lifetime,
    /// An ID token.
    pub id_token: Lifetime,
    /// How long a used refresh token yields its successor again.
    pub grace: Lifetime,
}

impl Terms {
    /// The terms for a client with this registration and wish.
    pub(crate) fn of(registration: &Registration, wishes: &Wishes, limits: &Lifetimes) -> Self {
        let zero = Lifetime::default();
        let access = settled(
            wishes.access,
            registration.access_lifetime.unwrap_or(limits.access),
            [registration.access_lifetime_max, Some(limits.access_max)],
        );
        let registered = registration.refresh_lifetime.unwrap_or(limits.refresh);
        let refresh = settled(
            wishes.refresh,
            registered,
            [registration.refresh_lifetime_max, Some(limits.refresh_max)],
        );
        let refreshes = registered > zero && registration.grants.allow(GrantName::RefreshToken);
        Self {
            access,
            refresh: refreshes.then_some(refresh),
            family: limits.family,
            id_token: settled(wishes.id_token, limits.id_token, [Some(limits.access_max), None]),
            grace: registration.refresh_grace.min(limits.grace_max).max(zero),
        }
    }
}

/// What is wished for, else what is usual, and never more than any of the limits. A wish for
/// nothing is no wish.
fn settled(wish: Option<Lifetime>, usual: Lifetime, limits: [Option<Lifetime>; 2]) -> Lifetime {
    let wish = wish.filter(|wish| *wish > Lifetime::default());
    limits.into_iter().flatten().fold(wish.unwrap_or(usual), Lifetime::min)
}

#[cfg(test)]
mod tests {
    use muster_domain::GrantNames;

    use super::*;

    fn terms(registration: &Registration, wish: Option<i64>) -> Terms {
        let wish = wish.map(Lifetime::from_seconds);
        let wishes = Wishes { access: wish, refresh: wish, id_token: None };
        Terms::of(registration, &wishes, &Lifetimes::default())
    }

    #[test]
    fn a_wish_is_honoured_up_to_the_clients_and_the_servers_limit() {
        // B73, contract/service.md
        let short = Registration {
            access_lifetime_max: Some(Lifetime::from_seconds(600)),
            ..Default::default()
        };
        assert_eq!(terms(&short, Some(60)).access, Lifetime::from_seconds(60));
        assert_eq!(terms(&short, Some(3_600)).access, Lifetime::from_seconds(600));
        assert_eq!(terms(&short, None).access, Lifetime::from_seconds(600));
        let plain = Registration::default();
        assert_eq!(terms(&plain, Some(i64::MAX)).access, Lifetime::from_days(1));
        assert_eq!(terms(&plain, Some(0)).access, Lifetime::from_seconds(900));
    }

    #[test]
    fn a_client_without_the_refresh_grant_or_with_a_lifetime_of_zero_gets_no_refresh_token() {
        let none =
            Registration { refresh_lifetime: Some(Lifetime::default()), ..Default::default() };
        assert_eq!(terms(&none, Some(60)).refresh, None);
        let code = GrantNames::of(&[GrantName::AuthorizationCode]);
        let without = Registration { grants: code, ..Default::default() };
        assert_eq!(terms(&without, None).refresh, None);
        assert_eq!(terms(&Registration::default(), None).refresh, Some(Lifetime::from_days(30)));
    }

    #[test]
    fn grace_is_nothing_by_default_and_at_most_the_servers() {
        // D4
        assert_eq!(terms(&Registration::default(), None).grace, Lifetime::default());
        let long = Registration { refresh_grace: Lifetime::from_days(1), ..Default::default() };
        assert_eq!(terms(&long, None).grace, Lifetime::from_seconds(10));
    }
}
