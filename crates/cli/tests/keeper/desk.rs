//! A desk: a host without a service, a database of its own, and `muster` to be called.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use muster_cli::{DemoOptions, Exit, Failure, Host, KeeperSettings, Output, Premises, run};
use muster_crypto::OsRandomness;
use muster_domain::{Clock, IssuerUrl, Lifetime, Randomness};
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch};
use muster_testkit::{Folder, HandClock, TestServer, database_url};
use serde_json::Value;

pub(crate) const ISSUER: &str = "https://tokens.example.org/oauth2";

/// 2027-01-15.
const NOW: i64 = 1_800_000_000_000;

pub(crate) struct Desk {
    pub(crate) settings: KeeperSettings,
    pub(crate) problems: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) listeners: Vec<(&'static str, SocketAddr)>,
    /// What the person at the terminal types; without it nobody sits there.
    pub(crate) answer: Option<&'static str>,
    clock: Arc<HandClock>,
    folder: Folder,
    _scratch: Option<Scratch>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) complaint: String,
}

impl Ran {
    /// It was done.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.exit, Exit::Done, "{}\n{}", self.out, self.complaint);
        self
    }

    /// It was not done, for this reason.
    #[track_caller]
    pub(crate) fn fails(self, exit: Exit, words: &str) {
        assert_eq!(self.exit, exit, "{}\n{}", self.out, self.complaint);
        assert!(self.complaint.contains(words), "{}", self.complaint);
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let ran = self.done();
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("no JSON: {}", ran.out))
    }
}

impl Desk {
    /// A desk with nothing yet: an embedded database is to be made by the first command.
    pub(crate) fn sqlite() -> Self {
        let folder = Folder::new("desk");
        let database = DatabaseUrl::Sqlite(folder.file("data/muster.db"));
        Self::with(database, folder, None)
    }

    /// A desk at an external database with the schema in place, and a key file.
    pub(crate) fn postgres() -> Self {
        let mut desk = Self::postgres_without_key();
        let file = desk.folder.file("muster.kek");
        desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).done();
        desk.settings.kek_file = Some(file);
        desk
    }

    pub(crate) fn postgres_without_key() -> Self {
        let server = database_url(TestServer::Postgres);
        let scratch = Scratch::postgres(&server).expect("a PostgreSQL database");
        Self::with(scratch.url().clone(), Folder::new("desk"), Some(scratch))
    }

    fn with(database: DatabaseUrl, folder: Folder, scratch: Option<Scratch>) -> Self {
        let settings = KeeperSettings {
            database,
            pool: PoolSettings { wait: Duration::from_secs(10), ..PoolSettings::default() },
            kek_file: None,
            issuer: IssuerUrl::new(ISSUER).unwrap(),
            audit_file: None,
            token_longest: Lifetime::from_days(1),
            family: Lifetime::from_days(365),
        };
        let clock = HandClock::shared(NOW);
        Self {
            settings,
            problems: Vec::new(),
            warnings: Vec::new(),
            listeners: Vec::new(),
            answer: None,
            clock,
            folder,
            _scratch: scratch,
        }
    }

    /// Calls `muster` with these words.
    pub(crate) fn muster(&self, words: &[&str]) -> Ran {
        let (mut out, mut complaint) = (Vec::new(), String::new());
        let mut output = Output::new(&mut out, self.answer.is_some());
        let words = std::iter::once("muster").chain(words.iter().copied()).map(Into::into);
        let exit = run(words, self, &mut output, &mut |words| {
            complaint.push_str(words);
            complaint.push('\n');
        });
        Ran { exit, out: String::from_utf8(out).unwrap(), complaint }
    }

    /// The same, speaking JSON.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        self.muster(&[&["--json"], words].concat()).json()
    }

    pub(crate) fn premises(&self) -> Premises {
        Premises::open(&self.settings, &self.clock(), &self.randomness()).unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file with this text.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.file(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub(crate) fn turn_clock(&self, millis: i64) {
        self.clock.turn(Lifetime::from_millis(millis));
    }

    /// The events of the trail, without those of the first start.
    pub(crate) fn events(&self) -> Vec<String> {
        let lines = self.muster(&["audit", "tail", "-n", "10000"]).done().out;
        let events = lines.lines().map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            record["event"].as_str().unwrap().to_owned()
        });
        events.filter(|event| event != "key_made" && event != "issuer_added").collect()
    }
}

impl Host for Desk {
    fn settings(&self, _file: Option<&Path>) -> Result<KeeperSettings, Failure> {
        match self.problems.first() {
            None => Ok(self.settings.clone()),
            Some(problem) => Err(Failure::new(Exit::Bad, problem.clone())),
        }
    }

    fn listeners(&self, _file: Option<&Path>) -> Result<Vec<(&'static str, SocketAddr)>, Failure> {
        Ok(self.listeners.clone())
    }

    fn serve(&self, _file: Option<&Path>) -> Result<(), Failure> {
        Err(Failure::new(Exit::Failed, "this host has no doors"))
    }

    fn demo(&self, options: &DemoOptions, output: &mut Output<'_>) -> Result<(), Failure> {
        Ok(output.say(&format!("{options:?}"))?)
    }

    fn config_show(&self, file: Option<&Path>) -> Result<String, Failure> {
        Ok(format!("# {file:?}\n"))
    }

    fn config_values(&self, file: Option<&Path>) -> Result<Value, Failure> {
        Ok(serde_json::json!({"file": file}))
    }

    fn config_check(&self, _file: Option<&Path>) -> Result<Vec<String>, Failure> {
        Ok(self.problems.clone())
    }

    fn config_warnings(&self, _file: Option<&Path>) -> Result<Vec<String>, Failure> {
        Ok(self.warnings.clone())
    }

    fn reference(&self, page: &str) -> Result<String, Failure> {
        Ok(format!("the page {page}\n"))
    }

    fn answer(&self) -> io::Result<String> {
        Ok(format!("{}\n", self.answer.unwrap_or_default()))
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    fn randomness(&self) -> Arc<dyn Randomness> {
        Arc::new(OsRandomness)
    }
}

/// One story on both engines.
macro_rules! both {
    ($sqlite:ident, $postgres:ident, $story:ident) => {
        #[test]
        fn $sqlite() {
            $story(&crate::desk::Desk::sqlite());
        }

        #[test]
        fn $postgres() {
            $story(&crate::desk::Desk::postgres());
        }
    };
}
pub(crate) use both;
