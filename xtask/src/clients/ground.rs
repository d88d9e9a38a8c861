//! The service that the clients meet: the real binary on loopback, on an empty database.

use std::fmt;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::language::MUSTER;
use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look whether it serves.
const GLANCE: Duration = Duration::from_millis(20);

/// The database below the service.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The embedded one.
    Sqlite,
    /// A private server of the run.
    Postgres,
}

impl Engine {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// A running service with a folder of its own; it is stopped with the value.
pub(crate) struct Ground {
    /// `muster`.
    pub(crate) binary: PathBuf,
    /// Its settings file.
    pub(crate) settings: PathBuf,
    /// Where the run's files are.
    pub(crate) folder: PathBuf,
    /// The issuer.
    pub(crate) issuer: String,
    service: Child,
}

impl Ground {
    /// Makes the database and starts the service.
    pub(crate) fn start(root: &Path, engine: Engine, databases: &TestDatabases) -> Outcome<Self> {
        let folder = databases.folder().join(format!("clients-{engine}"));
        std::fs::create_dir_all(&folder).doing("making a folder for the clients")?;
        let database = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("muster.db").display()),
            Engine::Postgres => database_of_its_own(&databases.url(Wanted::Postgres)?)?,
        };
        let (address, management) = (free_address()?, free_address()?);
        let issuer = format!("http://localhost:{}/oauth2", address.port());
        let (settings, kek) = (folder.join("muster.toml"), folder.join("muster.kek"));
        // Devices may poll every second: nobody is waiting for a person here.
        let text = format!(
            "[http]\nlisten = \"{address}\"\n[management]\nlisten = \"{management}\"\n\
             [issuer]\nurl = \"{issuer}\"\n[database]\nurl = \"{database}\"\n\
             [keys]\nkek_file = \"{}\"\n[tokens]\ndevice_interval_seconds = 1\n\
             [telemetry]\nlevel = \"warn\"\n",
            kek.display()
        );
        std::fs::write(&settings, text).doing("writing the settings")?;
        let binary = root.join(MUSTER);
        let keeper = |words: &[&str]| {
            Program::new(&binary).arg("--config").arg(&settings).args(words).read()
        };
        keeper(&["keys", "new-kek", &kek.to_string_lossy()])?;
        keeper(&["migrate", "run"])?;
        let mut serve = Program::new(&binary).arg("--config").arg(&settings).arg("serve");
        serve.command_mut().stdout(Stdio::null());
        let service = serve.into_command().spawn().doing("starting muster serve")?;
        let mut ground = Self { binary, settings, folder, issuer, service };
        ground.wait_until_it_serves(address)?;
        Ok(ground)
    }

    /// The binary at this database; a command of the keeper follows. It answers in JSON.
    pub(crate) fn keeper(&self) -> Program {
        Program::new(&self.binary).arg("--config").arg(&self.settings).arg("--json")
    }

    fn wait_until_it_serves(&mut self, address: SocketAddr) -> Outcome {
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = self.service.try_wait().doing("looking after muster serve")?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                return Err(Failure::new("the service did not start"));
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // It is our own child, and its database goes with the run.
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

/// A new database on a server, which may be one that others use as well.
fn database_of_its_own(server: &str) -> Outcome<String> {
    let (place, _) = server
        .rsplit_once('/')
        .ok_or_else(|| Failure::new("the server's URL names no database"))?;
    let name = format!("clients_{}", std::process::id());
    let beside_the_server = databases::find_postgres().map(|folder| folder.join("psql"));
    let psql = beside_the_server.filter(|psql| psql.is_file());
    Program::new(psql.unwrap_or_else(|| PathBuf::from("psql")))
        .args(["--no-psqlrc", "--quiet", "-c", &format!("CREATE DATABASE {name}"), server])
        .read()?;
    Ok(format!("{place}/{name}"))
}

fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .doing("looking for a free port")
}
