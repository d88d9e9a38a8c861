//! A small Citus cluster on loopback: one coordinator and two workers, for tests.
//!
//! Citus is PostgreSQL with tables spread over servers, the engine the data model is meant
//! to grow into. Here is where its archive lies and how the servers become one cluster;
//! `citus_programs` makes programs out of the archive.

use std::path::{Path, PathBuf};

use super::chance;
use super::postgres::PostgresServer;
use crate::environment;
use crate::failure::{Failure, Outcome};

/// Names the archive, when it lies somewhere else.
const TARBALL_VARIABLE: &str = "MUSTER_TEST_CITUS_TARBALL";

/// Where the archive lies beside a working copy of the project.
const TARBALL_BESIDE: &str = "../shared/fixtures/citus/citus-13.2.2-pg15-amd64.tar.xz";

/// The workers: two, so that a table really is apart.
const WORKERS: usize = 2;

/// The database that is spread over the nodes.
const DATABASE: &str = "muster";

/// What every node needs beyond the usual settings.
const SETTINGS: [&str; 5] = [
    "shared_preload_libraries = 'citus'",
    "wal_level = logical",
    "citus.enable_statistics_collection = off",
    // Not encrypted: it all stays on this machine, and there is no certificate.
    "citus.node_conninfo = 'sslmode=prefer'",
    // Three servers share this machine with others.
    "shared_buffers = '48MB'",
];

/// The archive with the compiled extension, or in words why there is none to use.
pub(crate) fn tarball(root: &Path) -> Result<PathBuf, String> {
    if cfg!(not(all(target_arch = "x86_64", target_os = "linux"))) {
        return Err("the Citus archive is for Linux on amd64 alone".to_owned());
    }
    if let Some(named) = environment::variable(TARBALL_VARIABLE).map(PathBuf::from) {
        let missing = format!("{TARBALL_VARIABLE} names {}, which is no file", named.display());
        return if named.is_file() { Ok(named) } else { Err(missing) };
    }
    let beside = root.join(TARBALL_BESIDE);
    let missing = format!("there is no {TARBALL_BESIDE}, and {TARBALL_VARIABLE} names no other");
    if beside.is_file() { Ok(beside) } else { Err(missing) }
}

/// A running cluster.
pub(crate) struct CitusCluster {
    coordinator: PostgresServer,
}

impl CitusCluster {
    /// Makes and starts the cluster from the programs in `bin`, in folders beside each
    /// other in `folder`.
    pub(crate) fn start(bin: &Path, folder: &Path) -> Outcome<Self> {
        let password = chance::word()?;
        let places: Vec<PathBuf> =
            (0..=WORKERS).map(|n| folder.join(format!("citus-{n}"))).collect();
        let start = |place: &Path| PostgresServer::start_with(bin, place, &password, &SETTINGS);
        let mut nodes = side_by_side(&places, |place| prepared(start(place)?))?.into_iter();
        let coordinator = nodes.next().ok_or_else(|| Failure::new("a cluster without nodes"))?;
        let ask = |statement: String| coordinator.sql(DATABASE, &statement);
        ask(format!("select citus_set_coordinator_host('127.0.0.1', {})", coordinator.port()))?;
        for worker in nodes {
            ask(format!("select citus_add_node('127.0.0.1', {})", worker.port()))?;
        }
        Ok(Self { coordinator })
    }

    /// The URL of the coordinator's database.
    pub(crate) fn url(&self) -> String {
        self.coordinator.url(DATABASE)
    }
}

fn prepared(node: PostgresServer) -> Outcome<PostgresServer> {
    node.sql("postgres", &format!("create database {DATABASE}"))?;
    node.sql(DATABASE, "create extension citus")?;
    Ok(node)
}

/// Does the same for every place at once; the first failure stands for all.
fn side_by_side<T: Send>(
    places: &[PathBuf],
    deed: impl Fn(&Path) -> Outcome<T> + Sync,
) -> Outcome<Vec<T>> {
    std::thread::scope(|scope| {
        let deed = &deed;
        let started: Vec<_> = places.iter().map(|place| scope.spawn(move || deed(place))).collect();
        let ended = started.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::new("starting a node panicked")))
        });
        ended.collect()
    })
}
