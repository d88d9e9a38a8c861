//! How people come in, and for how long (decision 0015).

use muster_domain::Lifetime;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// How people come in, and for how long.
    "login" RawLogin {
        /// Whether accounts of the issuer's own may log in (`muster user passwd`).
        accounts: bool = true;
        /// What the service is called on its pages.
        site_name: String = "Muster".to_owned();
        /// Seconds after which a session ends that is not used.
        session_idle_seconds: u64 = 3_600;
        /// Seconds after which a session ends however much it is used.
        session_seconds: u64 = 43_200;
        /// Wrong passwords a minute for one user name from one address; more are asked to wait.
        failures_per_user_and_address: u64 = 10;
        /// Wrong passwords a minute from one address.
        failures_per_address: u64 = 60;
    }
}

/// How people come in, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    /// Whether there are accounts of the issuer's own.
    pub accounts: bool,
    /// What the service is called on its pages.
    pub site_name: String,
    /// How long a session may rest.
    pub session_idle: Lifetime,
    /// How long it lives.
    pub session: Lifetime,
    /// Wrong passwords a minute for one user name from one address.
    pub per_user_and_address: std::num::NonZeroU32,
    /// Wrong passwords a minute from one address.
    pub per_address: std::num::NonZeroU32,
}

/// A month: whoever wants more wants no login.
const LONGEST: u64 = 2_678_400;

/// What fits above a page.
const NAME_LONGEST: usize = 80;

impl RawLogin {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Login {
        let name = self.site_name.trim();
        if name.is_empty() || name.len() > NAME_LONGEST || name.chars().any(char::is_control) {
            let right = "a name of 1 to 80 characters";
            resolving.wrong("site_name", "this is no name for a page", right);
        }
        let mut seconds = |name: &str, number: u64| {
            Lifetime::from_seconds(resolving.within(name, number, 60..=LONGEST))
        };
        let (session_idle, session) = (
            seconds("session_idle_seconds", self.session_idle_seconds),
            seconds("session_seconds", self.session_seconds),
        );
        let per_pair = self.failures_per_user_and_address;
        Login {
            accounts: self.accounts,
            site_name: name.to_owned(),
            session_idle,
            session,
            per_user_and_address: resolving.count("failures_per_user_and_address", per_pair),
            per_address: resolving.count("failures_per_address", self.failures_per_address),
        }
    }
}
