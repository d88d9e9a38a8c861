//! The things the house needs of a machine, and whether they are there.
//!
//! Each is looked for in the way that its user (a build script, a test) will look for it,
//! so that "found" here means "will be found" there.

use crate::databases;
use crate::environment;
use crate::program::Program;

/// What the pinned libraries of the clients ask for.
const GO: (u32, u32) = (1, 26);
const NODE: (u32, u32) = (20, 0);
const JAVA: (u32, u32) = (17, 0);

/// One thing that must be on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A C compiler: SQLite is always built from source.
    CCompiler,
    /// OpenSSL with headers, 1.1.1 or later.
    OpenSsl,
    /// The client library of PostgreSQL.
    Libpq,
    /// A PostgreSQL server with `initdb`, for tests.
    PostgresServer,
    /// A MariaDB server, for tests of the importer.
    MariadbServer,
    /// The shells of SQLite and PostgreSQL, for benchmarks.
    DatabaseShells,
    /// The program that unpacks `.xz`, for the Citus archive.
    Unpacker,
    /// OpenSSL's program, which makes keys of clients.
    OpenSslProgram,
    /// Python that can make virtual environments.
    Python,
    /// Go, as new as the clients' libraries ask for.
    Go,
    /// Node.js with npm, as new as the clients' libraries ask for.
    Node,
    /// A Java compiler.
    Jdk,
    /// Maven.
    Maven,
    /// curl.
    Curl,
}

impl Need {
    /// What it takes to build the server.
    pub(crate) const TO_BUILD: [Self; 3] = [Self::CCompiler, Self::OpenSsl, Self::Libpq];

    /// Whether it is there.
    pub(crate) fn is_met(self) -> bool {
        match self {
            Self::CCompiler => environment::find_program("cc").is_some(),
            Self::OpenSsl => {
                environment::variable("OPENSSL_DIR").is_some()
                    || known_to_pkg_config(&["--atleast-version=1.1.1", "openssl"])
            }
            Self::Libpq => {
                environment::variable("PQ_LIB_DIR").is_some()
                    || known_to_pkg_config(&["--exists", "libpq"])
                    || known_to_pg_config()
            }
            Self::PostgresServer => databases::find_postgres().is_some(),
            Self::MariadbServer => databases::find_mariadb().is_some(),
            Self::DatabaseShells => {
                ["sqlite3", "psql"].iter().all(|name| environment::find_program(name).is_some())
            }
            Self::Unpacker => environment::find_program("xz").is_some(),
            Self::OpenSslProgram => environment::find_program("openssl").is_some(),
            Self::Python => {
                Program::new("python3").args(["-c", "import ensurepip, venv"]).succeeds()
            }
            Self::Go => version_of("go", "version") >= Some(GO),
            Self::Node => {
                version_of("node", "--version") >= Some(NODE)
                    && environment::find_program("npm").is_some()
            }
            Self::Jdk => version_of("javac", "-version") >= Some(JAVA),
            Self::Maven => environment::find_program("mvn").is_some(),
            Self::Curl => environment::find_program("curl").is_some(),
        }
    }

    /// Whether cargo can build it from source instead (feature `bundled`).
    pub(crate) const fn can_be_bundled(self) -> bool {
        matches!(self, Self::OpenSsl | Self::Libpq)
    }

    /// The packages of Debian and Ubuntu that hold it. The servers come without the
    /// packages that would start them as services: tests start their own.
    pub(crate) const fn debian_packages(self) -> &'static [&'static str] {
        match self {
            Self::CCompiler => &["build-essential"],
            Self::OpenSsl => &["libssl-dev", "pkg-config"],
            Self::Libpq => &["libpq-dev", "pkg-config"],
            Self::PostgresServer => &["postgresql"],
            Self::MariadbServer => &["mariadb-server-core", "mariadb-client-core"],
            Self::DatabaseShells => &["sqlite3", "postgresql-client"],
            Self::Unpacker => &["xz-utils"],
            Self::OpenSslProgram => &["openssl"],
            Self::Python => &["python3", "python3-venv"],
            Self::Go => &["golang-go"],
            Self::Node => &["nodejs", "npm"],
            Self::Jdk => &["default-jdk-headless"],
            Self::Maven => &["maven"],
            Self::Curl => &["curl"],
        }
    }

    /// What to call it in a sentence.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CCompiler => "a C compiler (cc)",
            Self::OpenSsl => "OpenSSL's headers",
            Self::Libpq => "libpq",
            Self::PostgresServer => "a PostgreSQL server",
            Self::MariadbServer => "a MariaDB server",
            Self::DatabaseShells => "sqlite3 and psql",
            Self::Unpacker => "xz",
            Self::OpenSslProgram => "openssl",
            Self::Python => "Python 3 with venv",
            Self::Go => "Go 1.26 or later",
            Self::Node => "Node.js 20 or later with npm",
            Self::Jdk => "Java 17 or later (javac)",
            Self::Maven => "Maven (mvn)",
            Self::Curl => "curl",
        }
    }
}

fn known_to_pkg_config(question: &[&str]) -> bool {
    let program = environment::variable("PKG_CONFIG").unwrap_or_else(|| "pkg-config".to_owned());
    Program::new(program).args(question).succeeds()
}

fn known_to_pg_config() -> bool {
    let folder = Program::new("pg_config").arg("--libdir").read().unwrap_or_default();
    let library = std::path::Path::new(folder.trim()).join("libpq.so");
    !folder.trim().is_empty() && library.is_file()
}

/// The first two numbers that a program says of its version; `None` if it is not there.
fn version_of(program: &str, question: &str) -> Option<(u32, u32)> {
    numbers(&Program::new(program).arg(question).read().ok()?)
}

fn numbers(said: &str) -> Option<(u32, u32)> {
    let digit = said.find(|character: char| character.is_ascii_digit())?;
    let mut numbers = said.get(digit..)?.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next().and_then(|n| n.parse().ok()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_say_them() {
        assert_eq!(numbers("go version go1.26.8 linux/amd64\n"), Some((1, 26)));
        assert_eq!(numbers("v20.20.2\n"), Some((20, 20)));
        assert_eq!(numbers("javac 17.0.15\n"), Some((17, 0)));
        assert_eq!(numbers("javac 21\n"), Some((21, 0)));
        assert_eq!(numbers("none"), None);
    }
}
