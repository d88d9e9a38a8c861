//! Random chains of refreshing and exchanging: scope, audience and lifetime never grow (I19).

use muster_domain::{Entitlement, Lifetime, Timestamp};
use proptest::prelude::*;

use crate::house::{Engine, House, NOW, every_grant};

const SCOPES: &str = "a b c d";
const AUDIENCES: [&str; 2] = ["https://one.example", "https://two.example"];

/// One link of a chain; numbers choose among what there is.
#[derive(Clone, Debug)]
struct Link {
    exchange: bool,
    scopes: u8,
    audience: Option<usize>,
    wish: i64,
    wait: i64,
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    let link = (
        any::<bool>(),
        0..16_u8,
        proptest::option::weighted(0.3, 0..AUDIENCES.len()),
        1..200_000_i64,
        0..600_i64,
    );
    let link = link.prop_map(|(exchange, scopes, audience, wish, wait)| Link {
        exchange,
        scopes,
        audience,
        wish,
        wait,
    });
    proptest::collection::vec(link, 1..10)
}

impl Link {
    /// What the body says of scope, audience and lifetime.
    fn wishes(&self) -> String {
        let asked =
            |(bit, word): (usize, &str)| (self.scopes & (1 << bit) != 0).then(|| word.to_owned());
        let scopes: Vec<String> = SCOPES.split(' ').enumerate().filter_map(asked).collect();
        let scope =
            if scopes.is_empty() { String::new() } else { format!("&scope={}", scopes.join("+")) };
        let audience =
            self.audience.map_or_else(String::new, |one| format!("&resource={}", AUDIENCES[one]));
        format!("{scope}{audience}&access_token_lifetime={}", self.wish)
    }
}

/// Whether everything in `child` is in `parent`, too.
fn is_within(child: &Entitlement, parent: &Entitlement) -> bool {
    let audience = &parent.audience;
    parent.scopes.covers_all(&child.scopes)
        && (audience.is_empty()
            || (!child.audience.is_empty()
                && child.audience.iter().all(|one| audience.contains(one))))
}

fn nothing_grows(links: &[Link]) -> Result<(), TestCaseError> {
    let house = House::new(Engine::Sqlite);
    let mut registration = every_grant(SCOPES);
    registration.audiences = AUDIENCES.map(str::to_owned).to_vec();
    let (client, user) = (house.client("app", registration), house.user("alice"));
    let first = house.family(&client, &user);
    let mut access = first.access_token.expose().clone();
    let mut refresh = first.refresh_token.expect("a refresh token").expose().clone();
    let family_end = Timestamp::from_millis(NOW).plus(Lifetime::from_days(365));
    for link in links {
        house.clock.turn(Lifetime::from_seconds(link.wait));
        let shown = if link.exchange { &access } else { &refresh };
        let Some(parent) = house.introspect("app", shown).unwrap() else { continue };
        let told = if link.exchange {
            house.exchange("app", shown, &link.wishes())
        } else {
            house.refresh("app", shown, &link.wishes())
        };
        let Ok(told) = told else { continue };
        let child = house.introspect("app", told.access_token.expose()).unwrap();
        let child = child.expect("what was issued is good");
        prop_assert!(is_within(&child.entitlement, &parent.entitlement), "{:?}", link);
        let ends = if link.exchange { parent.expires_at } else { family_end };
        prop_assert!(child.expires_at <= ends);
        prop_assert_eq!(&child.entitlement.scopes, &told.scopes);
        access.clone_from(told.access_token.expose());
        if let Some(next) = told.refresh_token {
            let held = house.introspect("app", next.expose()).unwrap().expect("it is good");
            prop_assert!(is_within(&held.entitlement, &parent.entitlement));
            prop_assert!(held.expires_at <= ends);
            refresh.clone_from(next.expose());
        }
    }
    Ok(())
}

#[test]
fn along_any_chain_scope_audience_and_lifetime_never_grow() {
    let config = ProptestConfig {
        cases: 48,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(links in links())| nothing_grows(&links)?);
}
