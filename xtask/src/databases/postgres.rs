//! A private PostgreSQL server on loopback, for tests.
//!
//! Found wherever the distribution keeps it, made by `initdb`, tuned for haste (nothing
//! needs to survive a power cut), guarded by a password since other people may use this
//! machine. Citus starts its nodes through the same door, with settings of its own.

use std::path::{Path, PathBuf};

use super::account::Account;
use super::chance;
use super::scratch::end_of_log;
use crate::environment;
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// The accounts root may lend to PostgreSQL.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// How often to try again when somebody else took the port in the same moment.
const TRIES: usize = 3;

/// Settings for a database that lives for minutes: no waiting for the disk, connections
/// enough for tests that run side by side, prepared transactions for two-phase commits.
const SETTINGS: [&str; 12] = [
    "listen_addresses = '127.0.0.1'",
    "max_connections = 300",
    "max_prepared_transactions = 50",
    "shared_buffers = '128MB'",
    "max_wal_size = '2GB'",
    "fsync = off",
    "full_page_writes = off",
    "autovacuum_naptime = '10s'",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "lc_messages = 'C'",
    "logging_collector = off",
];

/// Who one is on the private server: its superuser.
const SUPERUSER: &str = "muster";

/// The folder with `initdb`, `pg_ctl`, `postgres` and `psql`, when a server is installed.
pub(crate) fn find() -> Option<PathBuf> {
    // The real place, not a link to it: the server finds its other files from there.
    let resolved = |program: PathBuf| std::fs::canonicalize(program).ok();
    let on_path = environment::find_program("initdb").and_then(resolved);
    let folder = on_path.and_then(|program| program.parent().map(Path::to_path_buf));
    folder.into_iter().chain(distribution_folders()).find(|bin| is_complete(bin))
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| bin.join(program).is_file())
}

fn distribution_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (parent, prefix) in
        [("/usr/lib/postgresql", ""), ("/usr", "pgsql-"), ("/opt/homebrew/opt", "postgresql")]
    {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                folders.push(entry.path().join("bin"));
            }
        }
    }
    // The newest last in name is the newest version; it is tried first.
    folders.sort();
    folders.reverse();
    folders
}

/// The two numbers of a server's version, such as 15 and 20.
pub(crate) fn version(bin: &Path) -> Outcome<(u32, u32)> {
    let said = Program::new(bin.join("postgres")).arg("--version").read()?;
    let numbers = said.split_whitespace().find_map(two_numbers);
    numbers.ok_or_else(|| Failure::new(format!("no version in `{}`", said.trim())))
}

fn two_numbers(word: &str) -> Option<(u32, u32)> {
    let (major, minor) = word.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A running private server.
pub(crate) struct PostgresServer {
    bin: PathBuf,
    folder: PathBuf,
    account: Account,
    port: u16,
    password: String,
}

impl PostgresServer {
    /// Makes and starts a server in `folder` from the programs in `bin`.
    pub(crate) fn start(bin: &Path, folder: &Path) -> Outcome<Self> {
        Self::start_with(bin, folder, &chance::word()?, &[])
    }

    /// The same with a chosen password and further settings.
    pub(crate) fn start_with(
        bin: &Path,
        folder: &Path,
        password: &str,
        settings: &[&str],
    ) -> Outcome<Self> {
        let account = Account::for_server(&ACCOUNTS)?;
        account.make_folder(folder)?;
        let mut server = Self {
            bin: bin.to_path_buf(),
            folder: folder.to_path_buf(),
            account,
            port: 0,
            password: password.to_owned(),
        };
        server.write_secrets()?;
        server.initialise(settings)?;
        server.launch()?;
        Ok(server)
    }

    /// The URL of one of its databases, as its superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL in a database and gives back what it answers, unaligned and without titles.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> Outcome<String> {
        let client = self.bin.join("psql");
        let client = if client.is_file() { client } else { PathBuf::from("psql") };
        Program::new(client)
            .args(["--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .arg(self.url(database))
            .read()
    }

    /// The password file: servers of one cluster log in to each other with it.
    fn password_file(&self) -> PathBuf {
        self.folder.join("pgpass")
    }

    fn write_secrets(&self) -> Outcome {
        let line = format!("127.0.0.1:*:*:{SUPERUSER}:{}\n", self.password);
        self.write_private(&self.password_file(), &line)?;
        self.write_private(&self.folder.join("password"), &self.password)
    }

    fn write_private(&self, file: &Path, text: &str) -> Outcome {
        let doing = || format!("writing {}", file.display());
        std::fs::write(file, text).doing(doing())?;
        let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(file, only_owner).doing(doing())?;
        self.account.own(file)
    }

    fn initialise(&self, settings: &[&str]) -> Outcome {
        let password_file = format!("--pwfile={}", self.folder.join("password").display());
        self.account
            .program(self.bin.join("initdb"), &self.folder)
            .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"])
            .args([&format!("--username={SUPERUSER}"), &password_file])
            .arg("-D")
            .arg(self.folder.join("data"))
            .read()?;
        let file = self.folder.join("data/postgresql.auto.conf");
        let socket = format!("unix_socket_directories = '{}'", self.folder.display());
        let lines: Vec<&str> =
            SETTINGS.iter().copied().chain([&*socket]).chain(settings.iter().copied()).collect();
        self.write_private(&file, &format!("{}\n", lines.join("\n")))
    }

    fn launch(&mut self) -> Outcome {
        let mut failed = Failure::new("no try was made");
        for _ in 0..TRIES {
            self.port = chance::free_port()?;
            match self.try_to_launch() {
                Ok(_) => return Ok(()),
                Err(failure) => failed = failure,
            }
        }
        let log = end_of_log(&self.folder.join("server.log"));
        Err(Failure::new(format!("PostgreSQL did not start: {failed}\n{log}")))
    }

    fn try_to_launch(&self) -> Outcome<String> {
        self.account
            .program(self.bin.join("pg_ctl"), &self.folder)
            .args(["start", "--wait", "--timeout=60"])
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-l")
            .arg(self.folder.join("server.log"))
            .arg("-o")
            .arg(format!("-p {}", self.port))
            .env("PGPASSFILE", self.password_file())
            .read()
    }
}
