//! An old database for one test: a dump loaded by the engine's own client, and statements
//! that spoil it.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::process::Command;

use muster_domain::UserId;
use muster_testkit::{TestServer, database_url};

/// Which engine it is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Mariadb,
    Postgres,
}

/// The tables that an import reads, as MariaDB spells them.
pub(crate) const TABLES: [&str; 8] = [
    "transactions",
    "tx_records",
    "clients",
    "adminClients",
    "client_approvals",
    "permissions",
    "virtual_organizations",
    "key_records",
];

/// A loaded old database, gone with the value.
pub(crate) struct Old {
    pub(crate) engine: Engine,
    server: String,
    name: String,
    reader: bool,
}

impl Old {
    /// The database of the fixtures.
    pub(crate) fn new(engine: Engine) -> Self {
        let server = database_url(match engine {
            Engine::Mariadb => TestServer::Mariadb,
            Engine::Postgres => TestServer::Postgres,
        });
        let number = RandomState::new().build_hasher().finish();
        let name = format!("oa4mp_{}_{number:016x}", std::process::id());
        let old = Self { engine, server, name, reader: false };
        old.ask_server(&format!("CREATE DATABASE {}", old.name));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/fixtures/oa4mp");
        let dump = match engine {
            Engine::Mariadb => "mariadb.sql",
            Engine::Postgres => "postgres.sql",
        };
        let mut command = old.client(Some(&old.name));
        if engine == Engine::Postgres {
            command.args(["-v", "ON_ERROR_STOP=1"]);
        }
        command.stdin(File::open(folder.join(dump)).expect("a dump"));
        run(command, dump);
        old
    }

    /// The same, but without any row.
    pub(crate) fn empty(engine: Engine) -> Self {
        let old = Self::new(engine);
        for table in TABLES {
            old.ask(&format!("DELETE FROM {table}"));
        }
        old
    }

    /// Where it is, for the import.
    pub(crate) fn url(&self) -> String {
        let base = self.server.rsplit_once('/').expect("a URL with a path").0;
        // The driver would leave TCP for the socket, and a wire that can be cut is TCP.
        let query = if self.engine == Engine::Mariadb { "?prefer_socket=false" } else { "" };
        format!("{base}/{}{query}", self.name)
    }

    /// What no message may show.
    pub(crate) fn password(&self) -> &str {
        let account = self.server.split_once("://").expect("a URL").1;
        account.split_once(':').expect("a password").1.split('@').next().expect("a password")
    }

    /// Runs statements in it; the rows of the answer, one a line.
    pub(crate) fn ask(&self, statement: &str) -> String {
        let mut command = self.client(Some(&self.name));
        match self.engine {
            Engine::Mariadb => command.args(["-N", "-B", "-r", "-e", statement]),
            Engine::Postgres => command.args(["-At", "-v", "ON_ERROR_STOP=1", "-c", statement]),
        };
        run(command, statement)
    }

    /// Runs a statement; whether the database took it.
    pub(crate) fn takes(&self, statement: &str) -> bool {
        let mut command = self.client(Some(&self.name));
        match self.engine {
            Engine::Mariadb => command.args(["-e", statement]),
            Engine::Postgres => command.args(["-v", "ON_ERROR_STOP=1", "-c", statement]),
        };
        command.output().expect("the client runs").status.success()
    }

    /// How many rows a table, or a condition on it, has.
    pub(crate) fn count(&self, of: &str) -> u64 {
        let answer = self.ask(&format!("SELECT count(*) FROM {of}"));
        answer.trim().parse().expect("a number")
    }

    /// Adds a copy of the row of `table` whose `key` is `from`, changed by `change`.
    pub(crate) fn copy_row(&self, table: &str, (key, from): (&str, &str), change: &str) {
        self.ask(&format!(
            "CREATE TEMPORARY TABLE a_copy AS SELECT * FROM {table} WHERE {key} = '{from}'; \
             UPDATE a_copy SET {change}; INSERT INTO {table} SELECT * FROM a_copy"
        ));
    }

    /// The names of all users.
    pub(crate) fn users(&self) -> Vec<UserId> {
        let hex = match self.engine {
            Engine::Mariadb => "hex(CONVERT(username USING utf8mb4))",
            Engine::Postgres => "encode(convert_to(username, 'UTF8'), 'hex')",
        };
        let answer = self.ask(&format!(
            "SELECT DISTINCT concat('u', {hex}) FROM transactions WHERE username IS NOT NULL \
             ORDER BY 1"
        ));
        answer.lines().map(|line| UserId::new(unhex(&line[1..])).expect("a user")).collect()
    }

    /// A mark of all that its tables hold.
    pub(crate) fn checksums(&self) -> String {
        match self.engine {
            Engine::Mariadb => self.ask(&format!("CHECKSUM TABLE {}", TABLES.join(", "))),
            Engine::Postgres => TABLES
                .map(|table| {
                    self.ask(&format!(
                        "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) \
                         FROM {table} t"
                    ))
                })
                .concat(),
        }
    }

    /// An account that may only SELECT; its URL.
    pub(crate) fn with_reader(&mut self) -> String {
        let name = &self.name;
        match self.engine {
            Engine::Mariadb => {
                self.ask_server(&format!("CREATE USER '{name}'@'%' IDENTIFIED BY 'only'"));
                self.ask_server(&format!("GRANT SELECT ON {name}.* TO '{name}'@'%'"));
            }
            Engine::Postgres => {
                self.ask_server(&format!("CREATE ROLE {name} LOGIN PASSWORD 'only'"));
                self.ask(&format!("GRANT USAGE ON SCHEMA oa4mp TO {name}"));
                self.ask(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA oa4mp TO {name}"));
            }
        }
        let url = self.url();
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let place = rest.split_once('@').expect("an account").1;
        let url = format!("{scheme}://{name}:only@{place}");
        self.reader = true;
        url
    }

    fn ask_server(&self, statement: &str) {
        let mut command = self.client(None);
        match self.engine {
            Engine::Mariadb => command.args(["-e", statement]),
            Engine::Postgres => command.args(["-c", statement]),
        };
        run(command, statement);
    }

    /// The client program of the engine, in a database.
    fn client(&self, database: Option<&str>) -> Command {
        let rest = self.server.split_once("://").expect("a URL").1;
        let (account, place) = rest.split_once('@').expect("an account");
        let (user, password) = account.split_once(':').unwrap_or((account, ""));
        let (place, own) = place.split_once('/').expect("a path");
        let (host, port) = place.split_once(':').expect("a port");
        let mut command;
        match self.engine {
            Engine::Mariadb => {
                command = Command::new("mariadb");
                command.args(["-h", host, "-P", port, "-u", user, "--protocol=tcp"]);
                command.args(["--default-character-set=utf8mb4"]);
                command.env("MYSQL_PWD", password).args(database);
            }
            Engine::Postgres => {
                command = Command::new("psql");
                let database = database.unwrap_or(own);
                command.args(["-q", "-X", "-h", host, "-p", port, "-U", user, "-d", database]);
                command.env("PGPASSWORD", password).env("PGOPTIONS", "-c search_path=oa4mp,public");
            }
        }
        command
    }
}

impl Drop for Old {
    fn drop(&mut self) {
        let name = &self.name;
        let force = match self.engine {
            Engine::Mariadb => "",
            Engine::Postgres => " WITH (FORCE)",
        };
        self.ask_server(&format!("DROP DATABASE {name}{force}"));
        if self.reader {
            self.ask_server(&match self.engine {
                Engine::Mariadb => format!("DROP USER '{name}'@'%'"),
                Engine::Postgres => format!("DROP ROLE {name}"),
            });
        }
    }
}

fn run(mut command: Command, what: &str) -> String {
    let output = command.output().expect("the client runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    // A failed test must still tell its own failure.
    let bad = !output.status.success() && !std::thread::panicking();
    assert!(!bad, "{what}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn unhex(text: &str) -> String {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).expect("a digit")).expect("small"))
        .collect();
    let bytes = digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect();
    String::from_utf8(bytes).expect("UTF-8")
}
