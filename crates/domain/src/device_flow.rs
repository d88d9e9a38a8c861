//! A device's flow (RFC 8628): pending until a person decides, then good for one redemption.

use crate::{
    ClientKey, DeviceFlowKey, IssuerKey, KeyThumbprint, Lifetime, ScopeSet, Timestamp, UserKey,
};

/// What the person has decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeviceState {
    /// Nothing yet.
    Pending,
    /// Yes; the device has not come for its tokens yet.
    Approved {
        /// Who approved it.
        user: UserKey,
        /// When, which is when the person last authenticated.
        at: Timestamp,
    },
    /// No.
    Denied,
    /// The device has its tokens.
    Redeemed,
}

/// A device's flow as the store knows it, without its codes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceFlow {
    /// Its key. Its shard is that of its client: the user is not known when it begins.
    pub key: DeviceFlowKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// The client that runs on the device.
    pub client: ClientKey,
    /// The scopes that were asked for.
    pub scopes: ScopeSet,
    /// The resources that were asked for (RFC 8707).
    pub audience: Vec<String>,
    /// The key that the tokens will be bound to (RFC 9449 5), if the start showed one.
    pub proof_key: Option<KeyThumbprint>,
    /// When it began.
    pub started_at: Timestamp,
    /// The first moment at which its codes are no longer good.
    pub expires_at: Timestamp,
    /// How long the device must wait between two polls; `slow_down` lengthens it (3.5).
    pub interval: Lifetime,
    /// When the device last polled.
    pub polled_at: Option<Timestamp>,
    /// What the person has decided.
    pub state: DeviceState,
}

/// How much `slow_down` adds to the interval (RFC 8628 3.5).
pub const SLOWED_BY: Lifetime = Lifetime::from_seconds(5);

impl DeviceFlow {
    /// Whether a poll at `now` comes too early.
    pub const fn polls_too_fast(&self, now: Timestamp) -> bool {
        match self.polled_at {
            None => false,
            Some(last) => now.millis() < last.plus(self.interval).millis(),
        }
    }
}
