//! The provider changes its keys while people come.

use muster_crypto::Rejected;
use muster_domain::Lifetime;
use muster_upstream::ProviderFault;

use crate::visit::{Visit, change_keys, door, settings};

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn people_go_on_arriving_when_the_provider_changes_its_keys() {
    let door = door(settings("muster-RS256"));
    Visit::new().arrive(&door, "alice").unwrap();
    change_keys("rotate");
    Visit::new().arrive(&door, "alice").unwrap();
    Visit::new().arrive(&door, "bob").unwrap();
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn keys_that_change_twice_in_a_minute_are_fetched_when_it_is_over() {
    let door = door(settings("muster-ES256"));
    Visit::new().arrive(&door, "alice").unwrap();
    for how in ["withdraw", "rotate"] {
        change_keys(how);
        let outcome = Visit::new().arrive(&door, "alice");
        match how {
            "withdraw" => assert!(outcome.is_ok(), "{outcome:?}"),
            _ => assert_eq!(outcome, Err(ProviderFault::IdToken(Rejected::NoKey).into())),
        }
    }
    let ahead = Lifetime::from_seconds(61);
    Visit::new().arrive_later(&door, "alice", ahead).unwrap();
}
