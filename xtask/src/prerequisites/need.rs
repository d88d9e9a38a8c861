//! The things the house needs of a machine, and whether they are there.
//!
//! Each is looked for in the way that its user (a build script, a test) will look for it,
//! so that "found" here means "will be found" there.

use crate::databases;
use crate::environment;
use crate::program::Program;

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
