//! The disabled matrix (T08, I16), as far as it is pure: one table of what stops a token,
//! whichever grant asks, since every grant asks at this gate.

use muster_domain::{
    ClientStanding, Ending, PartyStatus, Standing, Timestamp, TokenState, TransactionState,
    UserStatus,
};

const NOW: Timestamp = Timestamp::from_millis(1_000);
const LATER: Timestamp = Timestamp::from_millis(1_001);
const EARLIER: Timestamp = Timestamp::from_millis(999);

/// All that decides whether a token is good.
#[derive(Clone, Copy, Debug)]
struct Circumstances {
    issuer: PartyStatus,
    client: PartyStatus,
    deserted: bool,
    user: Option<UserStatus>,
    transaction: TransactionState,
    token: TokenState,
    expires_at: Timestamp,
}

const GOOD: Circumstances = Circumstances {
    issuer: PartyStatus::Approved,
    client: PartyStatus::Approved,
    deserted: false,
    user: Some(UserStatus::Active),
    transaction: TransactionState::Open,
    token: TokenState::Live,
    expires_at: LATER,
};

const fn revoked(how: Ending) -> TokenState {
    TokenState::Ended { how, at: EARLIER }
}

impl Circumstances {
    fn standing(self) -> Standing {
        let client = ClientStanding { client: self.client, deserted: self.deserted };
        Standing { issuer: self.issuer, client, user: self.user }
    }

    fn are_good(self) -> bool {
        self.standing().admits(self.transaction, self.token, self.expires_at, NOW)
    }
}

/// Column, circumstances, whether a client may still be served anything (a new token, say),
/// whether this token is good.
const MATRIX: [(&str, Circumstances, bool, bool); 20] = [
    ("all in order", GOOD, true, true),
    ("no user", Circumstances { user: None, ..GOOD }, true, true),
    ("user disabled", Circumstances { user: Some(UserStatus::Disabled), ..GOOD }, false, false),
    ("client pending", Circumstances { client: PartyStatus::Pending, ..GOOD }, false, false),
    ("client denied", Circumstances { client: PartyStatus::Denied, ..GOOD }, false, false),
    ("client suspended", Circumstances { client: PartyStatus::Suspended, ..GOOD }, false, false),
    ("client revoked", Circumstances { client: PartyStatus::Revoked, ..GOOD }, false, false),
    ("no approved admin", Circumstances { deserted: true, ..GOOD }, false, false),
    (
        "no approved admin and no user",
        Circumstances { deserted: true, user: None, ..GOOD },
        false,
        false,
    ),
    ("issuer pending", Circumstances { issuer: PartyStatus::Pending, ..GOOD }, false, false),
    ("issuer denied", Circumstances { issuer: PartyStatus::Denied, ..GOOD }, false, false),
    ("issuer suspended", Circumstances { issuer: PartyStatus::Suspended, ..GOOD }, false, false),
    ("issuer revoked", Circumstances { issuer: PartyStatus::Revoked, ..GOOD }, false, false),
    (
        "issuer suspended and no user",
        Circumstances { issuer: PartyStatus::Suspended, user: None, ..GOOD },
        false,
        false,
    ),
    (
        "flow ended",
        Circumstances { transaction: TransactionState::Ended { at: EARLIER }, ..GOOD },
        true,
        false,
    ),
    (
        "flow ended later",
        Circumstances { transaction: TransactionState::Ended { at: LATER }, ..GOOD },
        true,
        false,
    ),
    ("token revoked", Circumstances { token: revoked(Ending::Revoked), ..GOOD }, true, false),
    ("token rotated", Circumstances { token: revoked(Ending::Rotated), ..GOOD }, true, false),
    ("token over just now", Circumstances { expires_at: NOW, ..GOOD }, true, false),
    ("token over before", Circumstances { expires_at: EARLIER, ..GOOD }, true, false),
];

#[test]
fn every_column_of_the_disabled_matrix_has_its_answer() {
    for (column, circumstances, served, good) in MATRIX {
        assert_eq!(circumstances.standing().is_good(), served, "{column}: served");
        assert_eq!(circumstances.are_good(), good, "{column}: good");
    }
}

#[test]
fn one_thing_out_of_order_is_enough_whatever_the_others_are() {
    let mut admitted = 0;
    for circumstances in all() {
        let reasons = [
            circumstances.issuer != PartyStatus::Approved,
            circumstances.client != PartyStatus::Approved,
            circumstances.deserted,
            circumstances.user == Some(UserStatus::Disabled),
            circumstances.transaction != TransactionState::Open,
            circumstances.token != TokenState::Live,
            circumstances.expires_at <= NOW,
        ];
        let stopped = reasons.contains(&true);
        assert_eq!(circumstances.are_good(), !stopped, "{circumstances:?}");
        admitted += i32::from(!stopped);
    }
    assert_eq!(admitted, 2, "with an active user, and for the client itself");
}

#[test]
fn f16_a_clock_at_either_end_of_time_admits_no_more() {
    for (expires_at, now, good) in [
        (i64::MAX, i64::MAX - 1, true),
        (i64::MAX, i64::MAX, false),
        (i64::MIN, i64::MIN, false),
        (0, -1, true),
        (0, 0, false),
        (-1, 0, false),
    ] {
        let (expires_at, now) = (Timestamp::from_millis(expires_at), Timestamp::from_millis(now));
        let said = GOOD.standing().admits(GOOD.transaction, GOOD.token, expires_at, now);
        assert_eq!(said, good, "{expires_at:?} at {now:?}");
    }
}

fn all() -> impl Iterator<Item = Circumstances> {
    let parties = PartyStatus::ALL.into_iter();
    let parties = parties.flat_map(|issuer| PartyStatus::ALL.map(|client| (issuer, client)));
    let users = [None, Some(UserStatus::Active), Some(UserStatus::Disabled)];
    let flows = [TransactionState::Open, TransactionState::Ended { at: EARLIER }];
    let tokens = [TokenState::Live, revoked(Ending::Revoked), revoked(Ending::Rotated)];
    let whole = parties.flat_map(|(issuer, client)| {
        [false, true].map(|deserted| Circumstances { issuer, client, deserted, ..GOOD })
    });
    let whole = whole.flat_map(move |one| users.map(|user| Circumstances { user, ..one }));
    let whole =
        whole.flat_map(move |one| flows.map(|transaction| Circumstances { transaction, ..one }));
    let whole = whole.flat_map(move |one| tokens.map(|token| Circumstances { token, ..one }));
    whole
        .flat_map(|one| [EARLIER, NOW, LATER].map(|expires_at| Circumstances { expires_at, ..one }))
}
