//! What every page says of the service itself.

use crate::OwnPath;

/// The service as people know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// Its name, at the top of each page and at the end of each title.
    pub name: String,
    /// Where the stylesheet is served; see [`crate::Stylesheet`].
    pub stylesheet: OwnPath,
}
