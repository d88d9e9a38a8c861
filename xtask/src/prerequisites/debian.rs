//! Installing packages on Debian and Ubuntu, when root asks.
//!
//! What will be installed is said before it is done. Nobody else's system is touched: on
//! other systems, and for everybody but root, the line to run is printed instead.

use super::need::Need;
use crate::databases::is_root;
use crate::environment;
use crate::failure::Outcome;
use crate::program::Program;
use crate::terminal::say;

/// Whether this run may install packages at all.
pub(crate) fn may_install() -> bool {
    is_root() && environment::find_program("apt-get").is_some()
}

/// The packages that hold these things, each once.
pub(crate) fn packages(needs: &[Need]) -> Vec<&'static str> {
    let mut packages: Vec<_> =
        needs.iter().flat_map(|need| need.debian_packages()).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// The line that would install them.
pub(crate) fn line(needs: &[Need]) -> String {
    format!("sudo apt-get install {}", packages(needs).join(" "))
}

/// Installs them, saying so first.
pub(crate) fn install(needs: &[Need]) -> Outcome {
    let packages = packages(needs);
    say(format!("Not on this machine yet, installing with apt-get: {}", packages.join(" ")));
    apt_get().arg("update").run()?;
    apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages).run()
}

fn apt_get() -> Program {
    Program::new("apt-get")
        // Another installation may be under way; it is waited for.
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .env("DEBIAN_FRONTEND", "noninteractive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_two_things_need_is_named_once() {
        let line = line(&[Need::OpenSsl, Need::Libpq]);
        assert_eq!(line, "sudo apt-get install libpq-dev libssl-dev pkg-config");
    }
}
