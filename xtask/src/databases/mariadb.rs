//! A private MariaDB server on loopback, for tests of the importer.
//!
//! Real OA4MP databases often live in MariaDB, so its reader is tried against the real
//! thing. Built like its neighbour `postgres`: found, made, tuned for haste, given a password.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::{Account, apart_from_the_terminal};
use super::chance;
use super::scratch::end_of_log;
use crate::environment;
use crate::failure::{Failure, Outcome, While};

/// The accounts root may lend to MariaDB.
const ACCOUNTS: [&str; 2] = ["mysql", "nobody"];

/// How often to try again when somebody else took the port in the same moment.
const TRIES: usize = 3;

/// How long the server may take to answer: a busy two-core machine needs a few seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often to look whether it answers.
const GLANCE: Duration = Duration::from_millis(100);

/// Where the keeper of the scratch folder looks for the process.
const PID_FILE: &str = "mariadb.pid";

/// Options for a database that lives for minutes.
const OPTIONS: [&str; 10] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=256M",
    "--max-allowed-packet=64M",
    "--max-connections=200",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--default-time-zone=+00:00",
];

/// Who one is on the private server: its only user, who may do everything.
const SUPERUSER: &str = "muster";

/// The two programs a private server needs.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    server: PathBuf,
    installer: PathBuf,
}

/// The programs, when a server is installed.
pub(crate) fn find() -> Option<Programs> {
    let either = |names: [&str; 2]| names.into_iter().find_map(environment::find_program);
    let server = either(["mariadbd", "mysqld"])?;
    let installer = either(["mariadb-install-db", "mysql_install_db"])?;
    Some(Programs { server, installer })
}

/// A running private server.
pub(crate) struct MariadbServer {
    programs: Programs,
    folder: PathBuf,
    account: Account,
    port: u16,
    password: String,
}

impl MariadbServer {
    /// Makes and starts a server in `folder`.
    pub(crate) fn start(programs: &Programs, folder: &Path) -> Outcome<Self> {
        let account = Account::for_server(&ACCOUNTS)?;
        account.make_folder(folder)?;
        let password = chance::word()?;
        let mut server = Self {
            programs: programs.clone(),
            folder: folder.to_path_buf(),
            account,
            port: 0,
            password,
        };
        server.initialise()?;
        server.launch()?;
        Ok(server)
    }

    /// The URL of the server, as its superuser.
    pub(crate) fn url(&self) -> String {
        format!("mysql://{SUPERUSER}:{}@127.0.0.1:{}/", self.password, self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn initialise(&self) -> Outcome {
        self.account.make_folder(&self.data())?;
        self.account
            .program(&self.programs.installer, &self.folder)
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg(format!("--datadir={}", self.data().display()))
            .read()?;
        // Run at the start of the server, before anybody can connect without a password.
        let first_words = format!(
            "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');\n\
             FLUSH PRIVILEGES;\n\
             CREATE OR REPLACE USER '{SUPERUSER}'@'127.0.0.1' IDENTIFIED BY '{}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{SUPERUSER}'@'127.0.0.1' WITH GRANT OPTION;\n",
            self.password
        );
        let file = self.folder.join("first.sql");
        std::fs::write(&file, first_words).doing(format!("writing {}", file.display()))?;
        self.account.own(&file)
    }

    fn launch(&mut self) -> Outcome {
        for _ in 0..TRIES {
            self.port = chance::free_port()?;
            if self.try_to_launch()? {
                return Ok(());
            }
        }
        let log = end_of_log(&self.folder.join("server.log"));
        Err(Failure::new(format!("MariaDB did not start:\n{log}")))
    }

    /// Starts it and says whether it came to answer.
    fn try_to_launch(&self) -> Outcome<bool> {
        let named =
            |option: &str, file: &str| format!("{option}={}", self.folder.join(file).display());
        let mut command = self
            .account
            .program(&self.programs.server, &self.folder)
            .arg("--no-defaults")
            .args(OPTIONS)
            .args([named("--datadir", "data"), named("--socket", "socket")])
            .arg(format!("--pid-file={}", self.data().join(PID_FILE).display()))
            .arg(named("--log-error", "server.log"))
            .args([named("--init-file", "first.sql"), format!("--port={}", self.port)])
            .into_command();
        apart_from_the_terminal(&mut command);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().doing("starting MariaDB")?;
        // It will write this file itself, but only later: the keeper may be called before.
        let pid_file = self.data().join(PID_FILE);
        std::fs::write(&pid_file, child.id().to_string()).doing("noting MariaDB's process")?;
        self.account.own(&pid_file)?;
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            if let Some(_ended) = child.try_wait().doing("waiting for MariaDB")? {
                return Ok(false);
            }
            if self.answers() {
                // Somebody must take note of its end, or it stays in the process table.
                std::thread::spawn(move || child.wait());
                return Ok(true);
            }
            std::thread::sleep(GLANCE);
            waited += GLANCE;
        }
        std::thread::spawn(move || child.wait());
        Err(Failure::new(format!("MariaDB did not answer within {} s", PATIENCE.as_secs())))
    }

    /// It writes its pid file before it listens, and listens before it has run its first
    /// words; a greeting on the port comes only after both.
    fn answers(&self) -> bool {
        use std::io::Read;
        let greeting =
            std::net::TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut door| {
                door.set_read_timeout(Some(GLANCE))?;
                door.read(&mut [0_u8; 64])
            });
        greeting.is_ok_and(|length| length > 0)
    }
}
