//! What can happen, and how often it does.

use proptest::prelude::*;

use super::succeeding::Wish;

/// Which key is shown with a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    /// The one that it is bound to, if it is.
    Right,
    Other,
    Missing,
}

/// One thing that happens. Numbers choose among what there is, the newest first; `by` is how
/// far whoever asks is from the one whose it is.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    LogIn {
        client: usize,
        user: usize,
        key: Option<usize>,
    },
    HandOutCode {
        client: usize,
        user: usize,
    },
    Redeem {
        code: usize,
        by: usize,
        key: Option<usize>,
    },
    StartDevice {
        client: usize,
        key: Option<usize>,
    },
    Decide {
        device: usize,
        user: Option<usize>,
    },
    Poll {
        device: usize,
        by: usize,
        key: Option<usize>,
    },
    ForItself {
        client: usize,
        key: Option<usize>,
        aimed: bool,
    },
    Believe {
        client: usize,
        user: usize,
        key: Option<usize>,
        aimed: bool,
    },
    Refresh {
        token: usize,
        by: usize,
        shown: Shown,
        wish: Wish,
    },
    /// The last refresh token that was used up is shown once more.
    RefreshAgain {
        by: usize,
        shown: Shown,
    },
    Exchange {
        token: usize,
        by: usize,
        shown: Shown,
        refresh: bool,
    },
    Revoke {
        token: usize,
        by: usize,
    },
    RevokeAsAdmin {
        token: usize,
        admin: usize,
    },
    AskAsAdmin {
        admin: usize,
        grant: usize,
    },
    Keep(Keeping),
    Wait {
        seconds: i64,
    },
}

/// What the keeper does.
#[derive(Clone, Debug)]
pub(crate) enum Keeping {
    Client { client: usize, approved: bool },
    User { user: usize, active: bool },
    Admin { admin: usize, approved: bool },
    Rights { admin: usize, list_users: bool, list_others: bool },
    Link { admin: usize, client: usize, linked: bool },
    Disconnect { user: usize, client: usize },
    Clean { keep: i64 },
}

/// Mostly one of the newest.
fn newest() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![3 => 0..3_usize, 1 => 0..64_usize]
}

/// Mostly the one whose it is.
fn by() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![8 => Just(0_usize), 1 => 1..3_usize]
}

fn key() -> impl Strategy<Value = Option<usize>> + Clone {
    proptest::option::weighted(0.4, 0..2_usize)
}

fn shown() -> impl Strategy<Value = Shown> + Clone {
    prop_oneof![6 => Just(Shown::Right), 1 => Just(Shown::Other), 1 => Just(Shown::Missing)]
}

fn wish() -> impl Strategy<Value = Wish> + Clone {
    let seldom = proptest::bool::weighted(0.2);
    (seldom, seldom).prop_map(|(narrow, aimed)| Wish { narrow, aimed })
}

/// Within a period of grace, within the life of an access token, and long after.
fn seconds() -> impl Strategy<Value = i64> {
    prop_oneof![
        9 => 1..12_i64,
        6 => 12..400_i64,
        1 => 400..4_000_i64,
        1 => 4_000..4_000_000_i64,
    ]
}

fn begin() -> impl Strategy<Value = Command> {
    use Command as C;
    let (client, user) = (0..3_usize, 0..2_usize);
    prop_oneof![
        6 => (client.clone(), user.clone(), key())
            .prop_map(|(client, user, key)| C::LogIn { client, user, key }),
        1 => (client.clone(), user.clone())
            .prop_map(|(client, user)| C::HandOutCode { client, user }),
        3 => (newest(), by(), key()).prop_map(|(code, by, key)| C::Redeem { code, by, key }),
        2 => (client.clone(), key()).prop_map(|(client, key)| C::StartDevice { client, key }),
        4 => (newest(), proptest::option::weighted(0.9, user.clone()))
            .prop_map(|(device, user)| C::Decide { device, user }),
        3 => (newest(), by(), key()).prop_map(|(device, by, key)| C::Poll { device, by, key }),
        1 => (client.clone(), key(), any::<bool>())
            .prop_map(|(client, key, aimed)| C::ForItself { client, key, aimed }),
        2 => (client, user, key(), any::<bool>())
            .prop_map(|(client, user, key, aimed)| C::Believe { client, user, key, aimed }),
    ]
}

fn go_on() -> impl Strategy<Value = Command> {
    use Command as C;
    prop_oneof![
        8 => (newest(), by(), shown(), wish())
            .prop_map(|(token, by, shown, wish)| C::Refresh { token, by, shown, wish }),
        4 => (by(), shown()).prop_map(|(by, shown)| C::RefreshAgain { by, shown }),
        8 => (newest(), by(), shown(), any::<bool>())
            .prop_map(|(token, by, shown, refresh)| C::Exchange { token, by, shown, refresh }),
        3 => (newest(), by()).prop_map(|(token, by)| C::Revoke { token, by }),
        1 => (newest(), 0..2_usize).prop_map(|(token, admin)| C::RevokeAsAdmin { token, admin }),
        1 => (0..2_usize, 0..7_usize).prop_map(|(admin, grant)| C::AskAsAdmin { admin, grant }),
        5 => seconds().prop_map(|seconds| C::Wait { seconds }),
    ]
}

fn keep() -> impl Strategy<Value = Command> {
    use Keeping as K;
    let (client, user, admin) = (0..3_usize, 0..2_usize, 0..2_usize);
    let mostly = proptest::bool::weighted(0.7);
    let keeping = prop_oneof![
        1 => (client.clone(), mostly)
            .prop_map(|(client, approved)| K::Client { client, approved }),
        1 => (user.clone(), mostly).prop_map(|(user, active)| K::User { user, active }),
        1 => (admin.clone(), mostly).prop_map(|(admin, approved)| K::Admin { admin, approved }),
        1 => (admin.clone(), mostly, any::<bool>())
            .prop_map(|(admin, list_users, list_others)| {
                K::Rights { admin, list_users, list_others }
            }),
        3 => (admin, client.clone(), mostly)
            .prop_map(|(admin, client, linked)| K::Link { admin, client, linked }),
        1 => (user, client).prop_map(|(user, client)| K::Disconnect { user, client }),
        2 => prop_oneof![Just(0), 1..1_000_i64].prop_map(|keep| K::Clean { keep }),
    ];
    keeping.prop_map(Command::Keep)
}

pub(crate) fn commands() -> impl Strategy<Value = Vec<Command>> {
    let one = prop_oneof![4 => begin(), 7 => go_on(), 2 => keep()];
    proptest::collection::vec(one, 1..60)
}
