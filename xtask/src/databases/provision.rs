//! Starts what a test run wants, side by side, and tells the tests where it is.
//!
//! Tests learn of the servers by environment variables alone, so they can be run against
//! servers of one's own as well: a variable that is already set is left as it is.

use std::path::{Path, PathBuf};
use std::thread::{self, ScopedJoinHandle};

use super::citus::{self, CitusCluster};
use super::citus_programs::{self, Prepared};
use super::mariadb::{self, MariadbServer};
use super::postgres::{self, PostgresServer};
use super::scratch::Scratch;
use crate::environment;
use crate::failure::{Failure, Outcome};
use crate::prerequisites::Need;

/// A server's URL, for tests that make one database each.
const POSTGRES: &str = "MUSTER_TEST_POSTGRES";
/// A server's URL, for tests of the importer.
const MARIADB: &str = "MUSTER_TEST_MARIADB";
/// The URL of the coordinator's database of a cluster.
const CITUS: &str = "MUSTER_TEST_CITUS";

/// What a run wants to be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// The Citus cluster.
    Citus,
}

impl Wanted {
    /// Everything the whole test suite uses.
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::Mariadb, Self::Citus];

    const fn variable(self) -> &'static str {
        match self {
            Self::Postgres => POSTGRES,
            Self::Mariadb => MARIADB,
            Self::Citus => CITUS,
        }
    }

    /// Whether somebody has named a server of their own.
    fn is_given(self) -> bool {
        environment::variable(self.variable()).is_some()
    }
}

/// Whether the Citus cluster can be started, as far as can be told beforehand; if not, why.
pub(crate) fn citus_can_start(root: &Path) -> Result<(), String> {
    if Wanted::Citus.is_given() { Ok(()) } else { citus::tarball(root).map(|_| ()) }
}

/// What the machine must have for these servers.
pub(crate) fn needs(root: &Path, wanted: &[Wanted]) -> Vec<Need> {
    let mut needs = Vec::new();
    let started = |server: Wanted| wanted.contains(&server) && !server.is_given();
    if started(Wanted::Postgres) || started(Wanted::Citus) {
        needs.push(Need::PostgresServer);
    }
    if started(Wanted::Mariadb) {
        needs.push(Need::MariadbServer);
    }
    if started(Wanted::Citus) && citus::tarball(root).is_ok() {
        needs.push(Need::Unpacker);
    }
    needs
}

/// The running servers of a test run; they end with this value.
pub(crate) struct TestDatabases {
    variables: Vec<(String, String)>,
    not_run: Vec<String>,
    // Dropped last, and with it the servers.
    scratch: Scratch,
}

/// How starting one server ended: its URL, or words for why it cannot be had here.
enum Started {
    At(String),
    NotHere(String),
}

impl TestDatabases {
    /// Starts what is wanted and not given.
    pub(crate) fn start(root: &Path, wanted: &[Wanted]) -> Outcome<Self> {
        let scratch = Scratch::new()?;
        let missing = wanted.iter().copied().filter(|server| !server.is_given());
        let mut variables = Vec::new();
        let mut not_run = Vec::new();
        for (server, started) in start_all(root, scratch.folder(), missing)? {
            match started {
                Started::At(url) => variables.push((server.variable().to_owned(), url)),
                Started::NotHere(why) => not_run.push(why),
            }
        }
        Ok(Self { variables, not_run, scratch })
    }

    /// The environment variables that name the servers.
    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// The URL of one server that was started or given.
    pub(crate) fn url(&self, server: Wanted) -> Outcome<String> {
        let started = self.variables.iter().find(|(name, _)| name == server.variable());
        let url = started.map(|(_, url)| url.clone());
        url.or_else(|| environment::variable(server.variable()))
            .ok_or_else(|| Failure::new(format!("{} was not started", server.variable())))
    }

    /// The folder of this run, removed with the servers.
    pub(crate) fn folder(&self) -> &Path {
        self.scratch.folder()
    }

    /// What could not be started here, a sentence each; its tests must be reported so.
    pub(crate) fn not_run(&self) -> &[String] {
        &self.not_run
    }
}

fn start_all(
    root: &Path,
    folder: &Path,
    servers: impl Iterator<Item = Wanted>,
) -> Outcome<Vec<(Wanted, Started)>> {
    thread::scope(|scope| {
        let begun: Vec<_> = servers
            .map(|server| (server, scope.spawn(move || start(server, root, folder))))
            .collect();
        // All are waited for, even when one has failed: none may start behind our back.
        let ended: Vec<_> =
            begun.into_iter().map(|(server, thread)| (server, joined(thread))).collect();
        ended.into_iter().map(|(server, started)| Ok((server, started?))).collect()
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, Outcome<T>>) -> Outcome<T> {
    thread.join().unwrap_or_else(|_| Err(Failure::new("starting a server panicked")))
}

fn start(server: Wanted, root: &Path, folder: &Path) -> Outcome<Started> {
    match server {
        Wanted::Postgres => {
            let running = PostgresServer::start(&postgres_programs()?, &folder.join("postgres"))?;
            Ok(Started::At(running.url("postgres")))
        }
        Wanted::Mariadb => {
            let programs =
                mariadb::find().ok_or_else(|| Failure::new("no MariaDB server is installed"))?;
            Ok(Started::At(MariadbServer::start(&programs, &folder.join("mariadb"))?.url()))
        }
        Wanted::Citus => start_citus(root, folder),
    }
}

fn start_citus(root: &Path, folder: &Path) -> Outcome<Started> {
    let not_here = |why: String| Started::NotHere(format!("the Citus cluster test: {why}"));
    let tarball = match citus::tarball(root) {
        Ok(tarball) => tarball,
        Err(why) => return Ok(not_here(why)),
    };
    match citus_programs::prepare(root, &tarball, &folder.join("citus"))? {
        Prepared::In(bin) => Ok(Started::At(CitusCluster::start(&bin, folder)?.url())),
        Prepared::NotHere(why) => Ok(not_here(why)),
    }
}

fn postgres_programs() -> Outcome<PathBuf> {
    postgres::find().ok_or_else(|| Failure::new("no PostgreSQL server is installed"))
}
