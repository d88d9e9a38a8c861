//! How far: I02, I03, I05, I06, I10, I11.

use std::collections::BTreeSet;

use muster_client_auth::Caller;
use muster_domain::{AdminKey, ReachedClients, TokenKind};
use muster_policy::{Rulebook, permit};
use proptest::prelude::*;

use crate::parties::{
    ALL_RIGHTS, MAY_LIST, MAY_LIST_OTHERS, admin, any_caller, any_rights, any_rulebook, asked,
    client,
};
use crate::world::{Covered, any_world};

const CLOSED: Rulebook = Rulebook::USUAL;
const OPEN: Rulebook = Rulebook { clients_may_list_own: true, ..Rulebook::USUAL };

proptest! {
    #[test]
    fn i11_no_reach_exceeds_the_callers_issuer(
        caller in any_caller(),
        rulebook in any_rulebook(),
        world in any_world(),
    ) {
        let issuer = match &caller {
            Caller::Admin(admin) => admin.admin().issuer,
            Caller::Client(client) => client.client().issuer,
        };
        if let Ok(permit) = permit(caller.clone(), asked(TokenKind::Access, "t"), &rulebook) {
            prop_assert_eq!(permit.listing().unwrap().token_reach().issuer(), issuer);
            prop_assert_eq!(permit.listing().unwrap().listing_reach().issuer(), issuer);
        }
        let (token, listed) = world.seen_by(caller, rulebook);
        let own = world.of_issuer(issuer.number());
        prop_assert!(token.is_subset(&own) && listed.is_subset(&own));
    }

    #[test]
    fn a_reach_is_by_the_callers_own_key(caller in any_caller(), rulebook in any_rulebook()) {
        let Ok(permit) = permit(caller, asked(TokenKind::Access, "t"), &rulebook) else {
            return Ok(());
        };
        let listing = permit.listing().unwrap();
        for reach in [listing.token_reach(), listing.listing_reach()] {
            match (permit.caller(), reach.clients()) {
                (Caller::Admin(admin), ReachedClients::Of(by) | ReachedClients::Every { by }) => {
                    prop_assert_eq!(admin.admin().key, by);
                }
                (Caller::Client(client), ReachedClients::One(one)) => {
                    prop_assert_eq!(client.client().key, one);
                }
                (caller, clients) => prop_assert!(false, "{caller:?} reaches {clients:?}"),
            }
        }
    }

    #[test]
    fn a_right_more_never_shrinks_a_reach(
        world in any_world(),
        (issuer, key) in (1..3_i64, 1..6_i64),
        fewer in any_rights(),
        more in any_rights(),
        rulebook in any_rulebook(),
    ) {
        prop_assume!(fewer.list_users <= more.list_users);
        prop_assume!(fewer.list_users_other_clients <= more.list_users_other_clients);
        let before = world.seen_by(admin(issuer, key, fewer), rulebook);
        let after = world.seen_by(admin(issuer, key, more), rulebook);
        prop_assert!(before.0.is_subset(&after.0) && before.1.is_subset(&after.1));
    }

    #[test]
    fn an_opened_switch_never_shrinks_a_reach(caller in any_caller(), world in any_world()) {
        let closed = world.seen_by(caller.clone(), CLOSED);
        let open = world.seen_by(caller, OPEN);
        prop_assert!(closed.0.is_subset(&open.0) && closed.1.is_subset(&open.1));
    }

    #[test]
    fn i02_without_the_privilege_an_admin_reaches_its_own_clients_exactly(
        world in any_world(),
        (issuer, key) in (1..3_i64, 1..6_i64),
        rulebook in any_rulebook(),
    ) {
        let own = world.administered_by(issuer, key);
        let seen = world.seen_by(admin(issuer, key, MAY_LIST), rulebook);
        prop_assert_eq!(seen, (own.clone(), own));
    }

    #[test]
    fn i03_the_privilege_widens_the_listing_and_never_the_presented_token(
        world in any_world(),
        (issuer, key) in (1..3_i64, 1..6_i64),
    ) {
        let (token, listed) = world.seen_by(admin(issuer, key, MAY_LIST_OTHERS), CLOSED);
        prop_assert_eq!(token, world.administered_by(issuer, key));
        prop_assert_eq!(listed, world.of_issuer(issuer));
    }

    #[test]
    fn i05_without_clients_and_privilege_nothing_is_reached(
        mut world in any_world(),
        (issuer, key) in (1..3_i64, 1..6_i64),
        rights in any_rights(),
    ) {
        for known in &mut world.0 {
            known.admins.remove(&AdminKey::new(key));
        }
        let (token, listed) = world.seen_by(admin(issuer, key, rights), OPEN);
        prop_assert!(token.is_empty(), "no token is presented with success");
        prop_assert!(listed.is_empty() || rights == MAY_LIST_OTHERS);
    }

    #[test]
    fn i06_listings_of_two_admins_with_disjoint_clients_complement_each_other(
        mut world in any_world(),
        sides in proptest::collection::vec(any::<bool>(), 10),
    ) {
        let (left, right) = (AdminKey::new(1), AdminKey::new(2));
        for (known, side) in world.0.iter_mut().zip(sides) {
            if side { known.admins.remove(&left) } else { known.admins.remove(&right) };
        }
        let one = world.listed_for(admin(1, 1, MAY_LIST));
        let other = world.listed_for(admin(1, 2, MAY_LIST));
        prop_assert!(one.is_disjoint(&other));
        let both = world.those(|known| known.admins.contains(&left) || known.admins.contains(&right));
        let all = world.listed_for(admin(1, 3, MAY_LIST_OTHERS));
        let union: Covered = one.union(&other).copied().collect();
        prop_assert_eq!(union, all.intersection(&both).copied().collect::<BTreeSet<_>>());
    }

    #[test]
    fn i10_a_client_that_moves_is_lost_by_one_admin_and_gained_by_the_other(
        mut world in any_world(),
        which in 0_usize..10,
    ) {
        prop_assume!(which < world.0.len());
        let (from, to) = (AdminKey::new(1), AdminKey::new(2));
        let moved = world.0.get_mut(which).unwrap();
        moved.admins = BTreeSet::from([to]);
        let (issuer, key) = (moved.issuer.number(), moved.key);
        prop_assert!(!world.listed_for(admin(issuer, from.number(), MAY_LIST)).contains(&key));
        prop_assert!(world.listed_for(admin(issuer, to.number(), MAY_LIST)).contains(&key));
    }

    #[test]
    fn an_ordinary_client_reaches_itself_or_nothing(
        world in any_world(),
        (issuer, key) in (1..3_i64, 1..10_i64),
        rulebook in any_rulebook(),
    ) {
        let (token, listed) = world.seen_by(client(issuer, key), rulebook);
        let itself = world.of_issuer(issuer);
        let itself: Covered = itself.into_iter().filter(|known| known.number() == key).collect();
        let expected = if rulebook.clients_may_list_own { itself } else { Covered::new() };
        prop_assert_eq!((token, listed), (expected.clone(), expected));
    }

    #[test]
    fn i07_a_right_removed_is_gone_from_the_next_decision_on(
        world in any_world(),
        (issuer, key) in (1..3_i64, 1..6_i64),
    ) {
        // The order of removals does not matter, and nothing is remembered between them.
        let [none, own, _, every] = ALL_RIGHTS.map(|rights| world.listed_for(admin(issuer, key, rights)));
        prop_assert_eq!(every, world.of_issuer(issuer));
        prop_assert_eq!(own, world.administered_by(issuer, key));
        prop_assert!(none.is_empty());
    }
}
