//! Whether: deny wins, silence refuses, and nothing but rights and rulebook decides.

use muster_client_auth::Caller;
use muster_domain::{ErrorCode, TokenKind};
use muster_policy::{Denial, Rulebook, permit};
use proptest::prelude::*;

use crate::parties::{
    ALL_RIGHTS, admin, any_caller, any_question, any_rights, any_rulebook, asked, client,
};

#[test]
fn every_caller_by_every_rulebook_has_its_line_in_the_table() {
    let open = Rulebook { clients_may_list_own: true, ..Rulebook::default() };
    for (caller, by_default, opened) in [
        (admin(1, 1, ALL_RIGHTS[0]), Some(Denial::NoListingRight), Some(Denial::NoListingRight)),
        (admin(1, 1, ALL_RIGHTS[1]), None, None),
        (admin(1, 1, ALL_RIGHTS[2]), Some(Denial::NoListingRight), Some(Denial::NoListingRight)),
        (admin(1, 1, ALL_RIGHTS[3]), None, None),
        (client(1, 1), Some(Denial::NotForClients), None),
    ] {
        for (rulebook, expected) in [(Rulebook::default(), by_default), (open, opened)] {
            for kind in [TokenKind::Access, TokenKind::Refresh] {
                let said = permit(caller.clone(), asked(kind, "t"), &rulebook).err();
                assert_eq!(said, expected, "{rulebook:?} {caller:?}");
            }
        }
    }
}

#[test]
fn every_denial_is_answered_alike() {
    // I09: the answer does not tell which rule it was.
    for denial in [Denial::NoListingRight, Denial::NotForClients, Denial::Silence] {
        assert_eq!(denial.code(), ErrorCode::UnauthorizedClient);
    }
}

proptest! {
    #[test]
    fn silence_refuses_so_every_permit_has_its_reason(
        caller in any_caller(),
        question in any_question(),
        rulebook in any_rulebook(),
    ) {
        if let Ok(permit) = permit(caller, question, &rulebook) {
            prop_assert!(!permit.reasons().is_empty());
        }
    }

    #[test]
    fn deny_wins_no_setting_and_no_other_right_makes_up_for_list_users(
        issuer in 1..3_i64,
        key in 1..6_i64,
        rights in any_rights(),
        question in any_question(),
        rulebook in any_rulebook(),
    ) {
        let said = permit(admin(issuer, key, rights), question, &rulebook);
        let expected = if rights.list_users { None } else { Some(Denial::NoListingRight) };
        prop_assert_eq!(said.err(), expected);
    }

    #[test]
    fn the_presented_token_decides_nothing(
        caller in any_caller(),
        question in any_question(),
        rulebook in any_rulebook(),
    ) {
        let one = permit(caller.clone(), question, &rulebook);
        let other = permit(caller, asked(TokenKind::Refresh, "another"), &rulebook);
        match (one, other) {
            (Ok(one), Ok(other)) => {
                let (one, other) = (one.listing().unwrap(), other.listing().unwrap());
                prop_assert_eq!(one.token_reach(), other.token_reach());
                prop_assert_eq!(one.listing_reach(), other.listing_reach());
            }
            (one, other) => prop_assert_eq!(one.err(), other.err()),
        }
    }

    #[test]
    fn a_permit_is_about_who_asked_and_what_was_asked(
        caller in any_caller(),
        text in ".{1,20}",
        rulebook in any_rulebook(),
    ) {
        let asker = format!("{caller:?}");
        if let Ok(permit) = permit(caller, asked(TokenKind::Refresh, &text), &rulebook) {
            prop_assert_eq!(format!("{:?}", permit.caller()), asker);
            prop_assert_eq!(permit.listing().unwrap().asked().text.expose(), &text);
            prop_assert_eq!(permit.listing().unwrap().asked().kind, TokenKind::Refresh);
            let ordinary = matches!(permit.caller(), Caller::Client(_));
            prop_assert!(!ordinary || rulebook.clients_may_list_own);
        }
    }
}
