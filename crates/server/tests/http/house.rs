//! The real binary on a database of its own, with a planted federation.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_cli::{KeeperSettings, Premises};
use muster_crypto::OsRandomness;
use muster_domain::{Clock, IssuerUrl, Randomness};
use muster_server::clock::SystemClock;
use muster_store_diesel::{PoolSettings, Scratch};
use muster_testkit::{TestServer, database_url};

use crate::planting::{Planted, plant};
use crate::wire::{self, Answer, Request};

pub(crate) const TOKEN_INFO: &str = "urn:oa4mp:params:oauth:grant-type:token-info";
const ISSUER: &str = "https://issuer.example/oauth2";
/// Where the token endpoint of that issuer is.
pub(crate) const PATH: &str = "/oauth2/token";

/// Which engine a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    /// PostgreSQL spread over a cluster.
    Citus,
}

impl Engine {
    /// A database of this engine, gone with the value.
    pub(crate) fn scratch(self) -> Scratch {
        match self {
            Self::Sqlite => Scratch::sqlite().expect("a SQLite database"),
            Self::Postgres => Scratch::postgres(&database_url(TestServer::Postgres))
                .expect("a PostgreSQL database"),
            Self::Citus => Scratch::citus(&database_url(TestServer::Citus), 4)
                .expect("a schema on the cluster"),
        }
    }
}

/// The running binary. Its public listener is at `address`.
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    pub(crate) tokens: Planted,
    pub(crate) kek: PathBuf,
    pub(crate) scratch: Scratch,
    settings: Vec<(String, String)>,
    child: Child,
}

impl House {
    /// With limits that a table of bad inputs does not reach.
    pub(crate) fn start(engine: Engine) -> Self {
        let many = "100000";
        Self::start_with(
            engine,
            &[
                ("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT_AND_ADDRESS", many),
                ("MUSTER__CLIENT_AUTH__FAILURES_PER_ADDRESS", many),
                ("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", many),
            ],
        )
    }

    /// With the defaults and these settings.
    pub(crate) fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::start_on(engine.scratch(), settings)
    }

    /// The same on this database.
    pub(crate) fn start_on(scratch: Scratch, settings: &[(&str, &str)]) -> Self {
        Self::start_at(scratch, settings, (free_address(), free_address()))
    }

    /// The same with the listeners at these addresses, public and management.
    pub(crate) fn start_at(
        scratch: Scratch,
        settings: &[(&str, &str)],
        (address, management): (SocketAddr, SocketAddr),
    ) -> Self {
        let kek = kek_file(&scratch);
        let tokens = plant(&premises(&scratch, &kek, ISSUER));
        let settings = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let settings: Vec<(String, String)> = settings.collect();
        let mut command = serving(&scratch, &kek, (address, management));
        let child = command.envs(settings.clone()).spawn().expect("the binary starts");
        let mut house = Self { address, management, tokens, kek, scratch, settings, child };
        house.until_ready();
        house
    }

    fn until_ready(&mut self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait().expect("the service is our child") {
                panic!("the service ended with {status}: {}", self.complaints());
            }
            if std::net::TcpStream::connect(self.management).is_ok()
                && Request::new("GET", "/health/ready").send(self.management).status == 200
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the service is not ready after 30 s: {}", self.complaints());
    }

    /// What the services on this database have said to their keeper, unless a test listens.
    fn complaints(&self) -> String {
        std::fs::read_to_string(complaints_file(&self.kek)).unwrap_or_default()
    }

    /// A good question: the good admin's about alice.
    pub(crate) fn question(&self) -> [(&str, &str); 2] {
        [("grant_type", TOKEN_INFO), ("access_token", &self.tokens.alice_access)]
    }

    /// A request with the good admin's credentials.
    pub(crate) fn as_admin(&self) -> Request {
        let (id, secret) = self.admin();
        Request::new("POST", PATH).basic(&id, &secret)
    }

    pub(crate) fn admin(&self) -> (String, String) {
        self.tokens.admin.clone()
    }

    pub(crate) fn admin_without_right(&self) -> (String, String) {
        self.tokens.admin_without_right.clone()
    }

    pub(crate) fn client(&self) -> (String, String) {
        self.tokens.client.clone()
    }

    pub(crate) fn outcast_admins(&self) -> Vec<(String, String)> {
        self.tokens.outcasts.clone()
    }

    pub(crate) fn deserted_client(&self) -> (String, String) {
        self.tokens.deserted.clone()
    }

    pub(crate) fn keyed_client(&self) -> (String, String) {
        (self.tokens.keyed.clone(), "any-secret".to_owned())
    }

    /// Sends a request from one of the loopback addresses.
    pub(crate) fn send_from(&self, from: [u8; 4], request: &Request) -> Answer {
        wire::send_from(SocketAddr::from((from, 0)), self.address, &request.bytes(self.address))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Only what was started here.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.kek);
        let _ = std::fs::remove_file(complaints_file(&self.kek));
    }
}

/// The premises of a scratch database, as the service opens them.
pub(crate) fn premises(scratch: &Scratch, kek: &std::path::Path, issuer: &str) -> Premises {
    let settings = keeper_settings(scratch, kek, issuer);
    let (clock, randomness): (Arc<dyn Clock>, Arc<dyn Randomness>) =
        (Arc::new(SystemClock), Arc::new(OsRandomness));
    Premises::open(&settings, &clock, &randomness).expect("premises")
}

pub(crate) fn keeper_settings(
    scratch: &Scratch,
    kek: &std::path::Path,
    issuer: &str,
) -> KeeperSettings {
    KeeperSettings {
        database: scratch.url().clone(),
        pool: PoolSettings::default(),
        kek_file: Some(kek.to_owned()),
        issuer: IssuerUrl::new(issuer).expect("an issuer"),
        audit_file: None,
        token_longest: muster_domain::Lifetime::from_days(1),
        family: muster_domain::Lifetime::from_days(365),
    }
}

/// A key file that belongs to this database.
pub(crate) fn kek_file(scratch: &Scratch) -> PathBuf {
    let name: String = scratch
        .url_text()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let path = std::env::temp_dir().join(format!("{name}.kek"));
    let _ = std::fs::remove_file(&path);
    muster_crypto::Kek::create(&path, &OsRandomness).expect("a key file");
    path
}

pub(crate) fn free_address() -> SocketAddr {
    free_address_at([127, 0, 0, 1])
}

/// Below where systems take the ports of connections from, and of listeners that want any
/// (RFC 6335 6 has them begin at 49152, Linux at 32768): a port from there may be taken by any
/// connection of another test before the service listens.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// A free port at one of the loopback addresses, given to one test alone.
pub(crate) fn free_address_at(host: [u8; 4]) -> SocketAddr {
    static GIVEN: AtomicUsize = AtomicUsize::new(0);
    // Processes that run at once begin at other places.
    let process = usize::try_from(std::process::id()).expect("a number").wrapping_mul(997);
    let candidates = std::iter::repeat_with(|| {
        let turn = process.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + u16::try_from(turn % PORTS.len()).expect("within the range");
        SocketAddr::from((host, port))
    });
    let mut free = candidates.take(PORTS.len()).filter(|at| TcpListener::bind(at).is_ok());
    free.next().expect("a free port")
}

impl House {
    /// Stops the service in order: SIGTERM.
    pub(crate) fn stop(&mut self) {
        let process = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status().expect("kill runs");
        assert!(told.success());
        assert!(self.child.wait().expect("the service is gone").success());
    }

    /// The process of the service.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends the service as a power cut would: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the service is killed");
        self.child.wait().expect("the service is gone");
    }

    /// Kills the service and starts it on the same database, with the defaults.
    pub(crate) fn restart(&mut self) {
        self.restart_at((free_address(), free_address()));
    }

    /// The same, with the listeners at these addresses.
    pub(crate) fn restart_at(&mut self, addresses: (SocketAddr, SocketAddr)) {
        self.kill();
        (self.address, self.management) = addresses;
        let mut command = serving(&self.scratch, &self.kek, addresses);
        self.child = command.spawn().expect("the binary starts again");
        self.until_ready();
    }
}

fn complaints_file(kek: &std::path::Path) -> PathBuf {
    kek.with_extension("complaints")
}

/// The command that serves a database at these addresses, public and management, and tells
/// nobody but a file what goes wrong.
fn serving(
    scratch: &Scratch,
    kek: &std::path::Path,
    (address, management): (SocketAddr, SocketAddr),
) -> Command {
    let complaints = std::fs::File::options().create(true).append(true).open(complaints_file(kek));
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    command
        .args(["--config", "/dev/null", "serve"])
        .env("MUSTER__HTTP__LISTEN", address.to_string())
        .env("MUSTER__MANAGEMENT__LISTEN", management.to_string())
        .env("MUSTER__ISSUER__URL", ISSUER)
        .env("MUSTER__DATABASE__URL", scratch.url_text())
        .env("MUSTER__KEYS__KEK_FILE", kek)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(complaints.expect("a file beside the key is made"));
    command
}

impl House {
    /// Starts the service that was killed again: at its addresses and with its settings.
    pub(crate) fn revive(&mut self) {
        let mut command = serving(&self.scratch, &self.kek, (self.address, self.management));
        command.envs(self.settings.clone());
        self.child = command.spawn().expect("the binary starts again");
        self.until_ready();
    }

    /// Kills the service and lets this command serve instead, made of the one that would
    /// have started it again.
    pub(crate) fn revive_by(&mut self, change: impl FnOnce(&Command) -> Command, log: Stdio) {
        self.kill();
        let mut command = serving(&self.scratch, &self.kek, (self.address, self.management));
        command.envs(self.settings.clone());
        let mut command = change(&command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = command.spawn().expect("the binary starts again");
        self.until_ready();
    }

    /// The command that serves this house's database at these addresses, and logs
    /// everything that there is to log.
    fn telling_all(&self, address: SocketAddr, management: SocketAddr) -> Command {
        let mut command = serving(&self.scratch, &self.kek, (address, management));
        command.env("MUSTER__TELEMETRY__LEVEL", "trace");
        command
    }

    /// Kills the service and starts it again; what it logs, at the finest level, goes
    /// there.
    pub(crate) fn restart_telling_all(&mut self, log: impl Into<Stdio>) {
        self.kill();
        (self.address, self.management) = (free_address(), free_address());
        let mut command = self.telling_all(self.address, self.management);
        self.child = command.stderr(log).spawn().expect("the binary starts again");
        self.until_ready();
    }

    /// Starts a second service that does not come up; what it says.
    pub(crate) fn refuses_to_start(&self) -> String {
        let management = free_address();
        let mut command = self.telling_all(free_address(), management);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the binary starts");
        let began = Instant::now();
        while child.try_wait().expect("a child").is_none() {
            let is_up = std::net::TcpStream::connect(management).is_ok();
            if is_up || began.elapsed() > Duration::from_secs(30) {
                let _ = child.kill();
                let _ = child.wait();
                panic!("it did not refuse to start");
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let said = child.wait_with_output().expect("what it said");
        assert!(!said.status.success(), "it went on its own accord");
        String::from_utf8_lossy(&said.stderr).into_owned()
    }
}
