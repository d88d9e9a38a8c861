//! Where the servers are that `cargo xtask test` started for the tests.

/// A kind of server that tests need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestServer {
    /// PostgreSQL: the account may make databases.
    Postgres,
    /// MariaDB: the account may make databases.
    Mariadb,
    /// PostgreSQL with Citus: a database on a coordinator with two workers.
    Citus,
}

impl TestServer {
    const fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "MUSTER_TEST_POSTGRES",
            Self::Mariadb => "MUSTER_TEST_MARIADB",
            Self::Citus => "MUSTER_TEST_CITUS",
        }
    }
}

/// The URL of the server.
///
/// # Panics
/// If it was not started: a test that needs it must not pass without it.
pub fn database_url(server: TestServer) -> String {
    let variable = server.variable();
    let found = std::env::vars().find(|(name, value)| name == variable && !value.is_empty());
    found.map_or_else(
        || panic!("{variable} is not set; run `cargo xtask test`, it starts the server"),
        |(_, url)| url,
    )
}
