//! The doors that people come in by. Each says what it makes of somebody who is not known yet;
//! what lies behind is the same for all.

use muster_domain::Timestamp;
use muster_flows::Arrival;

use super::visit::Visit;

/// A way to find out who somebody is.
pub(crate) trait Door: Send + Sync {
    /// What it makes of somebody who is not known yet.
    fn meet(&self, visit: &Visit, now: Timestamp) -> Meeting;
}

/// What a door makes of somebody.
pub(crate) enum Meeting {
    /// It knows them.
    Knows(Box<Arrival>),
    /// It asks for name and password.
    AsksForPassword,
    /// It sends them to somebody else who knows, by a place of ours.
    SendsOn {
        /// What that somebody is called.
        name: String,
        /// Our place from which the way begins.
        place: &'static str,
    },
    /// Nobody can come in by it like this.
    Closed {
        /// Why, for the log.
        reason: &'static str,
    },
}

/// Accounts of the issuer's own.
pub(crate) struct AccountDoor;

impl Door for AccountDoor {
    fn meet(&self, _: &Visit, _: Timestamp) -> Meeting {
        Meeting::AsksForPassword
    }
}
