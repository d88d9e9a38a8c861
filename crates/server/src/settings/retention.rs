//! How long ended tokens are kept.

use muster_domain::Lifetime;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// What is kept, and for how long.
    "retention" RawRetention {
        /// Days for which a token is kept, and listed, after its end.
        days: u64 = 7;
    }
}

/// Retention, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// How long a token is kept after its end.
    pub after_end: Lifetime,
}

impl RawRetention {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Retention {
        let days = resolving.within("days", self.days, 0..=36_500);
        Retention { after_end: Lifetime::from_days(days) }
    }
}
