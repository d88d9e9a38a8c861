//! A private PostgreSQL with the Citus extension, without touching the system's own.
//!
//! Debian has no package of Citus, so it comes as an archive of compiled files. PostgreSQL
//! finds its files relative to its own program, so a copy of the installation with the
//! archive laid over it works. The archive needs a late patch version: where the installed
//! server is older, Debian's package is fetched and unpacked beside it, not installed.

use std::path::{Path, PathBuf};

use super::postgres;
use crate::environment;
use crate::failure::{Outcome, While};
use crate::program::Program;
use crate::terminal::say;

/// The version the archive was compiled for, and the first patch version known to load it:
/// 15.18 lacks a function that it calls.
const VERSION: (u32, u32) = (15, 20);

/// Debian's package of that server.
const PACKAGE: &str = "postgresql-15";

/// Where the package keeps programs, and everything the server reads beside them.
const PROGRAMS: &str = "usr/lib/postgresql/15/bin";

/// How far one came in making the programs.
pub(crate) enum Prepared {
    /// They are in this folder.
    In(PathBuf),
    /// They cannot be had on this machine, and why.
    NotHere(String),
}

/// Makes the programs in `folder` from the archive and a fitting server.
pub(crate) fn prepare(root: &Path, tarball: &Path, folder: &Path) -> Outcome<Prepared> {
    std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
    let installed = postgres::find().filter(|bin| fits(bin));
    if let Some(bin) = installed {
        copy_installed(&bin, folder)?;
    } else {
        match fetched_package(&root.join("target/xtask")) {
            Ok(package) => Program::new("dpkg-deb").arg("-x").arg(package).arg(folder).read()?,
            Err(why) => return Ok(Prepared::NotHere(why)),
        };
    }
    Program::new("tar").arg("-C").arg(folder).arg("-xJf").arg(tarball).read()?;
    Ok(Prepared::In(folder.join(PROGRAMS)))
}

fn fits(bin: &Path) -> bool {
    // Laid out as Debian does it, since the archive is.
    let laid_out = bin.ends_with(PROGRAMS) && bin.join("pg_config").is_file();
    let of_version = |(major, minor)| major == VERSION.0 && minor >= VERSION.1;
    laid_out && postgres::version(bin).is_ok_and(of_version)
}

fn copy_installed(bin: &Path, folder: &Path) -> Outcome {
    for asked in ["--bindir", "--pkglibdir", "--sharedir"] {
        // Its answers are relative to where it lies, so they belong to this very server.
        let answer = Program::new(bin.join("pg_config")).arg(asked).read()?;
        let original = Path::new(answer.trim());
        let copy = folder.join(original.strip_prefix("/").unwrap_or(original));
        let parent = copy.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).doing(format!("making {}", parent.display()))?;
        Program::new("cp").arg("-R").arg(original).arg(&copy).read()?;
    }
    Ok(())
}

/// The package's file, kept in `store` from run to run; or in words why there is none.
fn fetched_package(store: &Path) -> Result<PathBuf, String> {
    if let Some(kept) = package_in(store) {
        return Ok(kept);
    }
    let (major, minor) = VERSION;
    let needed = format!("it needs PostgreSQL {major}.{minor} or a later {major}");
    if environment::find_program("apt-get").is_none() {
        return Err(format!("{needed}, which is not installed"));
    }
    say(format!("Fetching the package {PACKAGE} for the Citus cluster (it is not installed)"));
    std::fs::create_dir_all(store).map_err(|error| format!("{}: {error}", store.display()))?;
    let fetched = Program::new("apt-get").args(["download", PACKAGE]).within(store).read();
    fetched.map_err(|failure| format!("{needed}, which could not be fetched: {failure}"))?;
    package_in(store).ok_or_else(|| format!("{needed}, which could not be fetched"))
}

fn package_in(store: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(store).ok()?.flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "deb")).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(PACKAGE) && patch_version(&name).is_some_and(|patch| patch >= VERSION.1)
    })
}

/// The patch version in a package's file name, `postgresql-15_15.20-0+deb12u1_amd64.deb`.
fn patch_version(name: &str) -> Option<u32> {
    let (_, patch) = name.split('_').nth(1)?.split_once('.')?;
    let digits = patch.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_file_tells_its_patch_version() {
        assert_eq!(patch_version("postgresql-15_15.20-0+deb12u1_amd64.deb"), Some(20));
        assert_eq!(patch_version("postgresql-15_15.9-1_amd64.deb"), Some(9));
        assert_eq!(patch_version("postgresql-15.deb"), None);
    }
}
