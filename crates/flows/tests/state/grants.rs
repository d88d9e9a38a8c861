//! Each grant once, and what it refuses.

use muster_domain::{
    Clock, ErrorCode, GrantName, GrantNames, Lifetime, PartyStatus, TokenKind, UserStatus,
};
use muster_flows::{Revoked, Sprout, TokenAnswer};

use crate::house::{Engine, House, every_grant, with_grace};
use crate::verbs::live_refresh;

fn on_both(story: fn(&House)) {
    for engine in Engine::BOTH {
        story(&House::new(engine));
    }
}

fn refresh_of(answer: &TokenAnswer) -> String {
    answer.refresh_token.as_ref().expect("a refresh token").expose().clone()
}

fn access_of(answer: &TokenAnswer) -> String {
    answer.access_token.expose().clone()
}

#[test]
fn a_client_gets_a_token_for_itself_and_never_a_refresh_token() {
    on_both(|house| {
        house.client("app", every_grant("a b"));
        let answer = house.client_credentials("app", "&scope=a").unwrap();
        assert!(answer.refresh_token.is_none());
        assert!(answer.scopes.holds("a") && !answer.scopes.holds("b"));
        let active = house.introspect("app", &access_of(&answer)).unwrap().unwrap();
        assert_eq!(active.user, None);
        house.client("other", every_grant("a"));
        assert!(!house.is_active("other", &access_of(&answer)));
        let refused = house.revoke("other", &access_of(&answer));
        assert_eq!(refused, Err(ErrorCode::UnauthorizedClient));
        assert_eq!(house.revoke("app", &access_of(&answer)), Ok(Revoked::Now));
        assert!(!house.is_active("app", &access_of(&answer)));
    });
}

#[test]
fn a_code_is_good_once_and_shown_again_it_ends_its_family() {
    // T02, B51
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let code = house.codes(&client, &user, 1).remove(0);
        let first = house.redeem("app", &code).unwrap();
        let second = house.refresh("app", &refresh_of(&first), "").unwrap();
        assert!(house.is_active("app", &access_of(&second)));
        assert_eq!(house.redeem("app", &code).unwrap_err(), ErrorCode::InvalidGrant);
        for dead in [access_of(&first), access_of(&second), refresh_of(&second)] {
            assert!(!house.is_active("app", &dead));
        }
        let again = house.refresh("app", &refresh_of(&second), "");
        assert_eq!(again.unwrap_err(), ErrorCode::InvalidGrant);
    });
}

#[test]
fn a_stranger_gets_nothing_for_a_code_and_burns_it_at_the_third_try() {
    // S07
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        house.client("thief", every_grant("a"));
        let codes = house.codes(&client, &user, 2);
        for _ in 0..2 {
            assert_eq!(house.redeem("thief", &codes[0]).unwrap_err(), ErrorCode::InvalidGrant);
        }
        assert!(house.redeem("app", &codes[0]).is_ok());
        for _ in 0..3 {
            assert_eq!(house.redeem("thief", &codes[1]).unwrap_err(), ErrorCode::InvalidGrant);
        }
        assert_eq!(house.redeem("app", &codes[1]).unwrap_err(), ErrorCode::InvalidGrant);
    });
}

#[test]
fn no_stranger_ends_what_a_code_was_redeemed_for() {
    // S07, B62
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        house.client("thief", every_grant("a"));
        let code = house.codes(&client, &user, 1).remove(0);
        assert_eq!(house.redeem("thief", &code).unwrap_err(), ErrorCode::InvalidGrant);
        let held = house.redeem("app", &code).unwrap();
        for _ in 0..4 {
            assert_eq!(house.redeem("thief", &code).unwrap_err(), ErrorCode::InvalidGrant);
        }
        assert!(house.is_active("app", &access_of(&held)));
        assert!(house.refresh("app", &refresh_of(&held), "").is_ok());
    });
}

#[test]
fn refreshing_many_times_in_a_row_works_and_scopes_only_narrow() {
    // V53, S12
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a b")), house.user("alice"));
        let mut held = house.family(&client, &user);
        for _ in 0..3 {
            held = house.refresh("app", &refresh_of(&held), "").unwrap();
        }
        let narrow = house.refresh("app", &refresh_of(&held), "&scope=a").unwrap();
        assert!(!narrow.scopes.holds("b"));
        // RFC 6749 6: the refresh token keeps the scopes that were granted.
        let wide = house.refresh("app", &refresh_of(&narrow), "").unwrap();
        assert!(wide.scopes.holds("b"));
        let more = house.refresh("app", &refresh_of(&wide), "&scope=a%20c");
        assert_eq!(more.unwrap_err(), ErrorCode::InvalidScope);
        // A refusal uses nothing up.
        assert!(house.refresh("app", &refresh_of(&wide), "").is_ok());
    });
}

#[test]
fn within_grace_the_same_bytes_come_again_and_a_grandparent_ends_the_family() {
    // I17, B65, D4
    on_both(|house| {
        let (client, user) = (house.client("app", with_grace("a")), house.user("alice"));
        let first = house.family(&client, &user);
        let second = house.refresh("app", &refresh_of(&first), "").unwrap();
        house.clock.turn(Lifetime::from_millis(9_999));
        let again = house.refresh("app", &refresh_of(&first), "").unwrap();
        assert_eq!(refresh_of(&again), refresh_of(&second));
        assert_eq!(access_of(&again), access_of(&second));
        let third = house.refresh("app", &refresh_of(&second), "").unwrap();
        assert_eq!(live_refresh(&house.walk(&client, &refresh_of(&third)).1), 1);
        let grandparent = house.refresh("app", &refresh_of(&first), "");
        assert_eq!(grandparent.unwrap_err(), ErrorCode::InvalidGrant);
        assert!(!house.is_active("app", &refresh_of(&third)));
        // At the end of grace itself it is over (B49).
        let late = house.family(&client, &user);
        let next = house.refresh("app", &refresh_of(&late), "").unwrap();
        house.clock.turn(Lifetime::from_seconds(10));
        assert!(house.refresh("app", &refresh_of(&late), "").is_err());
        assert!(!house.is_active("app", &access_of(&next)));
    });
}

#[test]
fn a_family_of_which_no_end_is_known_ends_all_the_same() {
    // S22, B70: at the limit, counted from its beginning.
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let flow = house.seed.flow(&client, Some(&user), house.clock.now()).unwrap();
        let sprout =
            Sprout::live(TokenKind::Refresh, flow.transaction.started_at, Lifetime::from_days(400));
        let planted = house.seed.element(&flow, &[sprout]).unwrap().remove(0);
        house.clock.turn(Lifetime::from_days(364));
        let last = house.refresh("app", &planted.text, "&rt_lifetime=30d").unwrap();
        house.clock.turn(Lifetime::from_millis(Lifetime::from_days(1).millis() - 1));
        let last = house.refresh("app", &refresh_of(&last), "").unwrap();
        house.clock.turn(Lifetime::from_millis(1));
        let late = house.refresh("app", &refresh_of(&last), "");
        assert_eq!(late.unwrap_err(), ErrorCode::InvalidGrant);
    });
}

#[test]
fn a_used_refresh_token_of_any_depth_ends_its_family() {
    // T03
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        for depth in 1..=10 {
            let first = house.family(&client, &user);
            let mut chain = vec![first];
            for _ in 0..10 {
                let last = refresh_of(chain.last().unwrap());
                chain.push(house.refresh("app", &last, "").unwrap());
            }
            let used = refresh_of(&chain[10 - depth]);
            assert_eq!(house.refresh("app", &used, "").unwrap_err(), ErrorCode::InvalidGrant);
            for answer in &chain {
                assert!(!house.is_active("app", &access_of(answer)), "depth {depth}");
                assert!(!house.is_active("app", &refresh_of(answer)), "depth {depth}");
            }
        }
    });
}

#[test]
fn children_of_exchanges_die_with_their_parent() {
    // S50, I15
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let mut serving = every_grant("a");
        serving.may_act = vec!["app".to_owned()];
        house.client("backend", serving);
        let parent = house.family(&client, &user);
        let child = house.exchange_for_refresh("app", &access_of(&parent)).unwrap();
        let child = house.refresh("app", child_refresh(&child), "").unwrap();
        let grandchild = house.exchange("app", &access_of(&child), "").unwrap();
        let refused = house.exchange("backend", &access_of(&parent), "");
        assert_eq!(refused.unwrap_err(), ErrorCode::InvalidRequest);
        assert!(house.is_active("app", &access_of(&grandchild)));
        assert_eq!(house.revoke("app", &refresh_of(&parent)), Ok(Revoked::Now));
        for dead in [access_of(&child), refresh_of(&child), access_of(&grandchild)] {
            assert!(!house.is_active("app", &dead));
        }
        assert!(house.exchange("app", &access_of(&child), "").is_err());
    });
}

#[test]
fn what_an_exchange_leads_to_by_refreshing_ends_when_its_parent_would_have() {
    // I19
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let parent = house.family(&client, &user);
        let end = house.introspect("app", &access_of(&parent)).unwrap().unwrap().expires_at;
        house.clock.turn(Lifetime::from_seconds(600));
        let child = house.exchange_for_refresh("app", &access_of(&parent)).unwrap();
        let child = house.refresh("app", child_refresh(&child), "&at_lifetime=36000000").unwrap();
        let ends = |text: &str| house.introspect("app", text).unwrap().unwrap().expires_at;
        assert_eq!((ends(&access_of(&child)), ends(&refresh_of(&child))), (end, end));
    });
}

/// What an exchange for a refresh token hands over (RFC 8693 2.2.1).
fn child_refresh(answer: &TokenAnswer) -> &str {
    assert!(answer.refresh_token.is_none() && answer.token_type.is_none());
    answer.access_token.expose()
}

#[test]
fn a_device_waits_is_approved_and_gets_its_tokens_once() {
    // B81, S51
    on_both(|house| {
        house.client("tv", every_grant("a"));
        let user = house.user("alice");
        let started = house.start_device("tv").unwrap();
        let code = started.device_code.expose();
        assert_eq!(house.poll("tv", code).unwrap_err(), ErrorCode::AuthorizationPending);
        house.client("thief", every_grant("a"));
        assert_eq!(house.poll("thief", code).unwrap_err(), ErrorCode::InvalidGrant);
        assert_eq!(house.approve(&started, &user), Ok(true));
        assert_eq!(house.approve(&started, &user), Ok(false));
        house.set_user(&user, UserStatus::Disabled);
        assert_eq!(house.poll("tv", code).unwrap_err(), ErrorCode::InvalidGrant);
        house.set_user(&user, UserStatus::Active);
        let answer = house.poll("tv", code).unwrap();
        assert!(house.is_active("tv", &refresh_of(&answer)));
        assert_eq!(house.poll("tv", code).unwrap_err(), ErrorCode::InvalidGrant);
        let late = house.start_device("tv").unwrap();
        house.clock.turn(Lifetime::from_seconds(600));
        let expired = house.poll("tv", late.device_code.expose());
        assert_eq!(expired.unwrap_err(), ErrorCode::ExpiredToken);
    });
}

#[test]
fn a_stopped_client_or_user_gets_nothing_and_a_grant_not_registered_is_refused() {
    // I16
    on_both(|house| {
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let held = house.family(&client, &user);
        house.set_user(&user, UserStatus::Disabled);
        assert!(!house.is_active("app", &access_of(&held)));
        assert!(house.refresh("app", &refresh_of(&held), "").is_err());
        assert!(house.exchange("app", &access_of(&held), "").is_err());
        house.set_user(&user, UserStatus::Active);
        house.set_client(&client, PartyStatus::Suspended);
        let refused = house.refresh("app", &refresh_of(&held), "");
        assert_eq!(refused.unwrap_err(), ErrorCode::InvalidClient);
        house.set_client(&client, PartyStatus::Approved);
        // Nothing was used up meanwhile.
        assert!(house.refresh("app", &refresh_of(&held), "").is_ok());
        let mut poor = every_grant("a");
        poor.grants = GrantNames::of(&[GrantName::AuthorizationCode]);
        house.client("poor", poor);
        let refused = house.client_credentials("poor", "");
        assert_eq!(refused.unwrap_err(), ErrorCode::UnauthorizedClient);
    });
}
