//! The management listener: health and metrics.

use std::net::SocketAddr;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// The management listener: `/health/live`, `/health/ready`, `/metrics`.
    "management" RawManagement {
        /// Where it listens: an address and a port. It asks nobody who they are, so keep
        /// it on loopback or in a network of its own. Never the port of `http.listen` where
        /// either of the two listens everywhere.
        listen: String = "127.0.0.1:9081".to_owned();
    }
}

/// The management listener, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Management {
    /// Where it listens.
    pub listen: SocketAddr,
}

impl RawManagement {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Management {
        Management { listen: resolving.address("listen", &self.listen) }
    }
}
