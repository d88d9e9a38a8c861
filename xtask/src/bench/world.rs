//! What the measurements need: release programs, private servers, filled databases.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::basic;
use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::{Failure, Outcome};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::say;
use crate::workspace;

/// The issuer of the measured service.
pub(crate) const ISSUER: &str = "http://localhost:9080/oauth2";

/// How often it is looked whether a new setting is in force, before giving up.
const RELOAD_TRIES: usize = 100;

/// The programs and servers of a run.
pub(crate) struct World {
    /// `muster`, built for release.
    pub(crate) binary: PathBuf,
    fill: PathBuf,
    machine: PathBuf,
    warm_secret: PathBuf,
    warm_caller: PathBuf,
    /// The server of PostgreSQL, as a URL without a database of ours.
    postgres: String,
    folder: PathBuf,
    names: Cell<u32>,
    _databases: TestDatabases,
}

/// A database of Muster's, and its key file.
pub(crate) struct Target {
    /// Its URL.
    pub(crate) url: String,
    kek: PathBuf,
}

/// What the filling says of itself.
pub(crate) struct Filled {
    /// The admin's id.
    pub(crate) admin: String,
    /// Its secret.
    pub(crate) secret: String,
    /// A token of the user.
    pub(crate) token: String,
}

/// A client that was registered to be measured with.
pub(crate) struct Registered {
    /// Its id.
    pub(crate) id: String,
    /// Its secret.
    pub(crate) secret: String,
    /// Authorization codes for it.
    pub(crate) codes: Vec<String>,
}

impl World {
    /// Builds and starts everything.
    pub(crate) fn new() -> Outcome<Self> {
        let root = workspace::root();
        let mut needs = Need::TO_BUILD.to_vec();
        needs.extend(databases::needs(&root, &[Wanted::Postgres]));
        needs.push(Need::DatabaseShells);
        let build = prerequisites::ensure(&needs, Means::default())?;
        compile(&root, build)?;
        let databases = TestDatabases::start(&root, &[Wanted::Postgres])?;
        let postgres = databases.url(Wanted::Postgres)?;
        let release = root.join("target/release");
        let folder = databases.folder().join("bench");
        std::fs::create_dir_all(&folder).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self {
            binary: release.join("muster"),
            fill: release.join("examples/fill"),
            machine: release.join("examples/machine"),
            warm_secret: release.join("examples/warm_secret"),
            warm_caller: release.join("examples/warm_caller"),
            postgres,
            folder,
            names: Cell::new(0),
            _databases: databases,
        })
    }

    /// A new database on the private server.
    pub(crate) fn postgres_database(&self, name: &str) -> Outcome<String> {
        psql(&self.postgres, &format!("CREATE DATABASE {name}"))?;
        let (server, _) = self
            .postgres
            .rsplit_once('/')
            .ok_or_else(|| Failure::new("the server's URL has no database"))?;
        self.over_its_socket(format!("{server}/{name}"))
    }

    /// The same database by the server's Unix socket, if that is on this machine: the nearest
    /// way, and the one that a database beside its service is used by.
    fn over_its_socket(&self, url: String) -> Outcome<String> {
        let folders = psql(&self.postgres, "SHOW unix_socket_directories")?;
        let port = psql(&self.postgres, "SHOW port")?;
        let folder = folders.split(',').next().unwrap_or_default().trim();
        if Path::new(folder).join(format!(".s.PGSQL.{port}")).exists() {
            return Ok(format!("{url}?host={folder}"));
        }
        Ok(url)
    }

    /// A new, empty Muster on PostgreSQL.
    pub(crate) fn on_postgres(&self, name: &str) -> Outcome<Target> {
        self.prepared(self.postgres_database(name)?, name)
    }

    /// A new, empty Muster on SQLite.
    pub(crate) fn on_sqlite(&self, name: &str) -> Outcome<Target> {
        self.prepared(format!("sqlite:{}", self.sqlite_file(name).display()), name)
    }

    /// Where the database of `on_sqlite` is.
    pub(crate) fn sqlite_file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.db"))
    }

    fn prepared(&self, url: String, name: &str) -> Outcome<Target> {
        let kek = self.folder.join(format!("{name}.kek"));
        let target = Target { url, kek };
        let file = target.kek.to_string_lossy().into_owned();
        self.muster(&target).args(["keys", "new-kek", &file]).read()?;
        self.muster(&target).args(["migrate", "run"]).read()?;
        Ok(target)
    }

    /// The release binary at this database; its words follow.
    pub(crate) fn muster(&self, target: &Target) -> Program {
        Program::new(&self.binary)
            .envs(&target.settings())
            .env("MUSTER__ISSUER__URL", ISSUER)
            .within(&self.folder)
    }

    /// Nanoseconds of checking a secret, the first time and again.
    pub(crate) fn secret_costs(&self) -> Outcome<(u64, u64)> {
        two_numbers(&Program::new(&self.warm_secret).read()?)
    }

    /// Nanoseconds to read the registration of the user's admin, and to authenticate it with
    /// a secret that was verified before.
    pub(crate) fn caller_cost(&self, target: &Target, filled: &Filled) -> Outcome<(u64, u64)> {
        let said = Program::new(&self.warm_caller)
            .arg(&target.url)
            .arg(&target.kek)
            .args([ISSUER, &basic(&filled.admin, &filled.secret), &filled.admin])
            .read()?;
        two_numbers(&said)
    }

    /// One user with so many tokens.
    pub(crate) fn fill_own(&self, target: &Target, tokens: u64) -> Outcome<Filled> {
        say(format!("filling: {tokens} tokens of the user"));
        let said = self.fill(target, &["own", &tokens.to_string()])?;
        let mut lines = said.lines().map(str::to_owned);
        let mut next = || lines.next().ok_or_else(|| Failure::new("the filling said too little"));
        Ok(Filled { admin: next()?, secret: next()?, token: next()? })
    }

    /// Other users' tokens, from this user on.
    pub(crate) fn fill_foreign(&self, target: &Target, first: u64, tokens: u64) -> Outcome {
        say(format!("filling: {tokens} tokens of others"));
        self.fill(target, &["foreign", &first.to_string(), &tokens.to_string()]).map(|_| ())
    }

    /// A client that may use the grants that are measured, with so many codes.
    pub(crate) fn register_machine(&self, target: &Target, codes: usize) -> Outcome<Registered> {
        let said = Program::new(&self.machine)
            .arg(&target.url)
            .arg(&target.kek)
            .args([ISSUER, &codes.to_string()])
            .read()?;
        let mut lines = said.lines().map(str::to_owned);
        let mut next = || lines.next().ok_or_else(|| Failure::new("the example said too little"));
        Ok(Registered { id: next()?, secret: next()?, codes: lines.collect() })
    }

    /// The private server is made for tests, which do not wait for the disk; durable answers
    /// do.
    pub(crate) fn wait_for_the_disk(&self) -> Outcome {
        for statement in [
            "ALTER SYSTEM SET fsync = on",
            "ALTER SYSTEM SET full_page_writes = on",
            "SELECT pg_reload_conf()",
        ] {
            psql(&self.postgres, statement)?;
        }
        // The server reads its settings anew when it gets to it.
        for _ in 0..RELOAD_TRIES {
            if psql(&self.postgres, "SHOW fsync")? == "on" {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::new("PostgreSQL still does not wait for the disk"))
    }

    /// A name that no database of this run has yet.
    pub(crate) fn new_name(&self) -> String {
        self.names.set(self.names.get() + 1);
        format!("service_{}", self.names.get())
    }

    /// Where files of this run may lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn fill(&self, target: &Target, words: &[&str]) -> Outcome<String> {
        Program::new(&self.fill).arg(&target.url).arg(&target.kek).arg(ISSUER).args(words).read()
    }
}

impl Target {
    /// Its settings, for the environment.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        vec![
            ("MUSTER__DATABASE__URL".to_owned(), self.url.clone()),
            ("MUSTER__KEYS__KEK_FILE".to_owned(), self.kek.to_string_lossy().into_owned()),
        ]
    }
}

/// Runs a statement and gives back what it says, unadorned.
pub(crate) fn psql(url: &str, statement: &str) -> Outcome<String> {
    let said = Program::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement])
        .read()?;
    Ok(said.trim().to_owned())
}

fn two_numbers(said: &str) -> Outcome<(u64, u64)> {
    let mut lines = said.lines().filter_map(|line| line.parse().ok());
    let both = lines.next().zip(lines.next());
    both.ok_or_else(|| Failure::new("the example said too little"))
}

fn compile(root: &Path, build: Build) -> Outcome {
    Program::cargo()
        .args(["build", "--release", "--package", "muster-server", "--package", "muster-crypto"])
        .args(["--bin", "muster", "--example", "fill", "--example", "machine"])
        .args(["--example", "warm_secret", "--example", "warm_caller"])
        .args(build.cargo_arguments())
        .within(root)
        .run()
}
