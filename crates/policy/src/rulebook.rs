//! What the keeper has settled: switches and limits that rules go by.

use muster_domain::Lifetime;

/// The settings that concern permission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rulebook {
    /// An ordinary client may list its own tokens of a user
    /// (`token_info.clients_may_list_own`).
    pub clients_may_list_own: bool,
    /// How long tokens live.
    pub lifetimes: Lifetimes,
}

/// How long tokens live where a client's registration does not say, and at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lifetimes {
    /// Of an access token.
    pub access: Lifetime,
    /// Of an access token at most, whoever wishes for more.
    pub access_max: Lifetime,
    /// Of a refresh token that is not used: the idle limit.
    pub refresh: Lifetime,
    /// Of a refresh token at most, whoever wishes for more.
    pub refresh_max: Lifetime,
    /// Of a whole family, from its first token on: the absolute limit (S22).
    pub family: Lifetime,
    /// Of an ID token.
    pub id_token: Lifetime,
    /// The longest grace in which a used refresh token yields its successor again (D4).
    pub grace_max: Lifetime,
    /// Of the codes of a device flow (RFC 8628 3.2).
    pub device_code: Lifetime,
    /// How long a device waits between two polls, to begin with.
    pub device_interval: Lifetime,
}

impl Lifetimes {
    /// Those of a server whose keeper has settled nothing.
    pub const USUAL: Self = Self {
        access: Lifetime::from_seconds(900),
        access_max: Lifetime::from_days(1),
        refresh: Lifetime::from_days(30),
        refresh_max: Lifetime::from_days(90),
        family: Lifetime::from_days(365),
        id_token: Lifetime::from_seconds(900),
        grace_max: Lifetime::from_seconds(10),
        device_code: Lifetime::from_seconds(600),
        device_interval: Lifetime::from_seconds(5),
    };
}

impl Rulebook {
    /// That of a server whose keeper has settled nothing.
    pub const USUAL: Self = Self { clients_may_list_own: false, lifetimes: Lifetimes::USUAL };
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Default for Rulebook {
    fn default() -> Self {
        Self::USUAL
    }
}
