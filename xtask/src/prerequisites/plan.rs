//! The order of preference: what is there, then packages, then building it, then asking.
//!
//! The decision is a pure function of what is missing and what is allowed, so that every
//! kind of machine can be tried in a test; only `ensure` acts.

use super::debian;
use super::need::Need;
use crate::environment;
use crate::failure::{Failure, Outcome};
use crate::terminal::say;

/// What a run may do to get what is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Means {
    /// Never install packages, even as root.
    pub(crate) no_install: bool,
    /// Build OpenSSL and libpq from source, even where they are installed.
    pub(crate) bundled: bool,
}

/// Which of the two builds the machine allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Linked with the system's OpenSSL and libpq.
    System,
    /// With both built from source: no system library is needed, and minutes more.
    Bundled,
}

impl Build {
    /// What cargo must be told for it.
    pub(crate) const fn cargo_arguments(self) -> &'static [&'static str] {
        match self {
            Self::System => &[],
            Self::Bundled => &["--features", "muster-server/bundled"],
        }
    }
}

/// What is to be done about things that are missing.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Nothing is missing.
    Go(Build),
    /// Install, then look again.
    Install,
    /// Say what the reader has to do.
    Ask(Vec<Need>),
}

/// Makes sure that all of this is there, and says how to build.
pub(crate) fn ensure(needs: &[Need], means: Means) -> Outcome<Build> {
    let missing = missing(needs);
    let plan = decide(&missing, means, !means.no_install && debian::may_install());
    match plan {
        Plan::Go(build) => Ok(announced(build, &missing)),
        Plan::Ask(missing) => Err(asking(&missing)),
        Plan::Install => {
            // What packages could not bring may still be built, so a failure is not the end.
            if let Err(failure) = debian::install(&missing) {
                say(failure.to_string());
            }
            let still_missing = self::missing(needs);
            match decide(&still_missing, means, false) {
                Plan::Go(build) => Ok(announced(build, &still_missing)),
                Plan::Ask(_) | Plan::Install => Err(asking(&still_missing)),
            }
        }
    }
}

fn missing(needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|need| !need.is_met()).collect()
}

fn decide(missing: &[Need], means: Means, may_install: bool) -> Plan {
    let (buildable, others): (Vec<Need>, Vec<Need>) =
        missing.iter().partition(|need| need.can_be_bundled());
    let to_install = if means.bundled { &others } else { missing };
    if !to_install.is_empty() && may_install {
        return Plan::Install;
    }
    if !others.is_empty() {
        return Plan::Ask(missing.to_vec());
    }
    let from_source = means.bundled || !buildable.is_empty();
    Plan::Go(if from_source { Build::Bundled } else { Build::System })
}

fn announced(build: Build, missing: &[Need]) -> Build {
    if build == Build::Bundled {
        let why = if missing.is_empty() {
            "as asked".to_owned()
        } else {
            format!("missing: {}", names(missing))
        };
        say(format!(
            "OpenSSL and libpq are built from source ({why}); that takes some minutes once."
        ));
        if !missing.is_empty() {
            say(format!("Quicker, on Debian or Ubuntu: {}", debian::line(missing)));
        }
    }
    build
}

fn asking(missing: &[Need]) -> Failure {
    let advice = if environment::find_program("apt-get").is_some() {
        format!("Run: {}", debian::line(missing))
    } else {
        "Install it with your system's packages.".to_owned()
    };
    Failure::new(format!("this machine lacks {}.\n{advice}", names(missing)))
}

fn names(needs: &[Need]) -> String {
    needs.iter().map(|need| need.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Means = Means { no_install: false, bundled: false };

    #[test]
    fn a_machine_with_everything_builds_with_the_system_libraries() {
        assert_eq!(decide(&[], FREE, true), Plan::Go(Build::System));
    }

    #[test]
    fn root_on_debian_installs_whatever_is_missing() {
        assert_eq!(decide(&[Need::Libpq], FREE, true), Plan::Install);
        assert_eq!(decide(&[Need::MariadbServer], FREE, true), Plan::Install);
    }

    #[test]
    fn others_build_the_libraries_from_source() {
        assert_eq!(decide(&[Need::Libpq, Need::OpenSsl], FREE, false), Plan::Go(Build::Bundled));
    }

    #[test]
    fn a_missing_server_is_asked_for_with_everything_else_that_is_missing() {
        let missing = [Need::OpenSsl, Need::PostgresServer];
        assert_eq!(decide(&missing, FREE, false), Plan::Ask(missing.to_vec()));
        let words = asking(&missing).to_string();
        assert!(words.contains("OpenSSL's headers, a PostgreSQL server"), "{words}");
    }

    #[test]
    fn whoever_wants_the_bundled_build_gets_it_without_packages_of_the_libraries() {
        let means = Means { no_install: false, bundled: true };
        assert_eq!(decide(&[Need::Libpq], means, true), Plan::Go(Build::Bundled));
        assert_eq!(decide(&[], means, true), Plan::Go(Build::Bundled));
    }
}
