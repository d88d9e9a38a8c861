//! Resolved settings: what is meant. Made from raw ones, all problems told at once.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use super::problem::Problems;
use super::raw::{Environment, RawSettings, Reading};
use super::{
    Audit, ClientAuth, Database, Http, IssuerSettings, Keys, Management, Retention, Telemetry,
    TokenInfoSettings, Tokens, database,
};

/// The settings, as the rest of the program takes them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The public listener.
    pub http: Http,
    /// The management listener.
    pub management: Management,
    /// The issuer that is served.
    pub issuer: IssuerSettings,
    /// The database.
    pub database: Database,
    /// The key-encryption key, and how often signing keys change.
    pub keys: Keys,
    /// Client authentication.
    pub client_auth: ClientAuth,
    /// The token-information grant.
    pub token_info: TokenInfoSettings,
    /// What is issued, and how long it lives.
    pub tokens: Tokens,
    /// What is kept, and for how long.
    pub retention: Retention,
    /// The audit trail.
    pub audit: Audit,
    /// Logs.
    pub telemetry: Telemetry,
}

/// Reads and resolves the settings: a file (the one named, or `muster.toml` in the present
/// folder if it is there) and the environment.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Settings, Problems> {
    read(file, environment).1
}

/// What is odd about the settings though it may be meant (`muster config check`).
pub fn warnings(file: Option<&Path>, environment: &Environment) -> Vec<String> {
    let mut reading = Reading::of(file, environment);
    let raw = RawSettings::read(&mut reading);
    if let Some(settings) = raw.resolve(&mut reading) {
        reading.warnings.extend(elsewhere(&settings));
    }
    reading.warnings
}

/// An issuer on this machine without a proxy in front lies where the service listens.
fn elsewhere(settings: &Settings) -> Option<String> {
    let (listen, told) = (settings.http.listen, settings.issuer.loopback_port()?);
    let differ = listen.ip().is_loopback() && listen.port() != 0 && listen.port() != told;
    differ.then(|| {
        format!(
            "issuer.url tells clients to come to port {told}, and http.listen is at port {}: \
             unless something hands them on, set both to one port",
            listen.port()
        )
    })
}

/// What is wrong with the settings: all problems at once (`muster config check`).
pub fn check(file: Option<&Path>, environment: &Environment) -> Problems {
    load(file, environment).err().unwrap_or_default()
}

/// The values that hold, as TOML, secrets masked (`muster config show`).
pub fn show(file: Option<&Path>, environment: &Environment) -> Result<String, Problems> {
    let (mut raw, settings) = read(file, environment);
    settings?;
    raw.database.url = database::masked(&raw.database.url);
    Ok(raw.shown())
}

/// The same for scripts: an object of sections, an absent value is null.
pub fn values(file: Option<&Path>, environment: &Environment) -> Result<Value, Problems> {
    let (mut raw, settings) = read(file, environment);
    settings?;
    raw.database.url = database::masked(&raw.database.url);
    let sections = raw.described().into_iter().map(|section| {
        let keys = section.keys.into_iter().map(|key| {
            // Values of these kinds are written alike in TOML and in JSON.
            let value = key.value.and_then(|value| serde_json::from_str(&value).ok());
            (key.name.to_owned(), value.unwrap_or(Value::Null))
        });
        (section.name.to_owned(), Value::Object(keys.collect()))
    });
    Ok(Value::Object(sections.collect()))
}

fn read(
    file: Option<&Path>,
    environment: &Environment,
) -> (RawSettings, Result<Settings, Problems>) {
    let mut reading = Reading::of(file, environment);
    let raw = RawSettings::read(&mut reading);
    let settings = raw.resolve(&mut reading);
    let settings = match settings {
        Some(settings) if reading.problems.0.is_empty() => Ok(settings),
        Some(_) | None => Err(reading.problems),
    };
    (raw, settings)
}

impl RawSettings {
    fn resolve(&self, reading: &mut Reading) -> Option<Settings> {
        let http = self.http.resolve(&mut reading.resolving("http"));
        let management = self.management.resolve(&mut reading.resolving("management"));
        let issuer = self.issuer.resolve(&mut reading.resolving("issuer"));
        let database = self.database.resolve(&mut reading.resolving("database"));
        let client_auth = self.client_auth.resolve(&mut reading.resolving("client_auth"));
        let token_info = self.token_info.resolve(&mut reading.resolving("token_info"));
        // Whoever waits to be hashed holds a thread; some must be left for everybody else.
        if client_auth.verifier.queue >= http.blocking.threads {
            let right = "fewer than http.blocking_threads";
            reading.wrong("client_auth", "hash_queue", "a flood could hold every thread", right);
        }
        if http.listen.port() != 0 && overlap(http.listen, management.listen) {
            let right = "another address or port than http.listen";
            reading.wrong("management", "listen", "both listeners are at one address", right);
        }
        let keys = self.keys.resolve(&mut reading.resolving("keys"));
        let tokens = self.tokens.resolve(&mut reading.resolving("tokens"));
        // Each running listing holds a thread all along, and a connection for each page.
        let at_once = token_info.listings_at_once.get();
        if at_once >= http.blocking.threads {
            let right = "fewer than http.blocking_threads";
            reading.wrong("token_info", "listings_at_once", "listings hold every thread", right);
        }
        let connections = database.as_ref().map(|database| database.pool.listing_connections);
        if connections.is_some_and(|connections| !has_enough(connections, at_once)) {
            let (wrong, right) =
                ("some would find no connection", "at most database.listing_connections");
            reading.wrong("token_info", "listings_at_once", wrong, right);
        }
        let retention = self.retention.resolve(&mut reading.resolving("retention"));
        let audit = self.audit.resolve(&mut reading.resolving("audit"));
        let telemetry = self.telemetry.resolve(&mut reading.resolving("telemetry"));
        Some(Settings {
            http,
            management,
            issuer: issuer?,
            database: database?,
            keys,
            client_auth,
            token_info,
            tokens,
            retention,
            audit,
            telemetry,
        })
    }

    fn shown(&self) -> String {
        let sections = self.described().into_iter().map(|section| {
            let keys = section.keys.into_iter().map(|key| match key.value {
                Some(value) => format!("{} = {value}\n", key.name),
                None => format!("# {} is absent\n", key.name),
            });
            format!("[{}]\n{}", section.name, keys.collect::<String>())
        });
        sections.collect::<Vec<_>>().join("\n")
    }
}

/// Whether two listeners want the same port: a wildcard takes it at every address.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let is_everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && (one.ip() == other.ip() || is_everywhere)
}

/// Whether every listing that runs finds a connection.
fn has_enough(connections: u32, at_once: usize) -> bool {
    usize::try_from(connections).is_ok_and(|connections| at_once <= connections)
}

impl Reading {
    const fn resolving(&mut self, section: &'static str) -> Resolving<'_> {
        Resolving { section, reading: self }
    }
}

/// Resolves the keys of one section; where one cannot be, a problem is noted and something
/// harmless stands in its place, so that the other keys are looked at, too.
pub(super) struct Resolving<'a> {
    section: &'static str,
    reading: &'a mut Reading,
}

impl Resolving<'_> {
    /// Notes a problem.
    pub(super) fn wrong(&mut self, name: &str, wrong: &str, right: &str) {
        self.reading.wrong(self.section, name, wrong, right);
    }

    /// A text of which something is made.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, text: &str, right: &str) -> Option<T> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(name, &format!("{text:?} cannot be read"), right);
        }
        parsed
    }

    /// An address with a port.
    pub(super) fn address(&mut self, name: &str, text: &str) -> SocketAddr {
        let right = "an address and a port, such as 127.0.0.1:9080 or [::]:9080";
        let unspecified = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        self.parsed(name, text, right).unwrap_or(unspecified)
    }

    /// A number within a range, as whatever type is wanted.
    pub(super) fn within<T>(&mut self, name: &str, number: u64, range: RangeInclusive<u64>) -> T
    where
        T: TryFrom<u64> + Default,
    {
        if range.contains(&number)
            && let Ok(number) = T::try_from(number)
        {
            return number;
        }
        let right = format!("a number from {} to {}", range.start(), range.end());
        self.wrong(name, &format!("{number} is out of range"), &right);
        T::default()
    }

    /// A number of seconds within a range.
    pub(super) fn seconds(
        &mut self,
        name: &str,
        number: u64,
        range: RangeInclusive<u64>,
    ) -> Duration {
        Duration::from_secs(self.within(name, number, range))
    }

    /// A number above zero.
    pub(super) fn count(&mut self, name: &str, number: u64) -> NonZeroU32 {
        let number = self.within(name, number, 1..=u64::from(u32::MAX));
        NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::of(pairs.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn the_service_starts_without_any_setting() {
        let settings = load(None, &Environment::default()).unwrap();
        assert_eq!(settings.http.limits, crate::edge::Limits::default());
        assert_eq!(settings.http.patience, crate::shutdown::Patience::default());
        assert_eq!(settings.database.pool, muster_store_diesel::PoolSettings::default());
        assert_eq!(settings.client_auth.verifier, muster_crypto::VerifierSettings::default());
        assert!(settings.database.url.is_embedded());
        assert_eq!(settings.issuer.path.as_str(), "/oauth2");
        assert!(settings.http.listen.ip().is_loopback());
    }

    #[test]
    fn all_problems_are_told_at_once_and_without_secrets() {
        let environment = environment(&[
            ("MUSTER__HTTP__LISTEN", "nowhere"),
            ("MUSTER__HTTP__HEADERS", "1000"),
            ("MUSTER__DATABASE__URL", "mysql://u:s3cr3t@h"),
            ("MUSTER__AUDIT__SINK", "paper"),
            ("MUSTER__ISSUER__URL", "http://tokens.example.org"),
            ("MUSTER__TOKEN_INFO__ENDED_TOKENS", "burn"),
        ]);
        let problems = check(None, &environment);
        let keys: Vec<_> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
        let expected = [
            "http.listen",
            "http.headers",
            "issuer.url",
            "database.url",
            "token_info.ended_tokens",
            "audit.sink",
        ];
        assert_eq!(keys, expected);
        let text = problems.to_string();
        assert!(!text.contains("s3cr3t"));
        assert!(text.contains(
            "http.headers (the environment, MUSTER__HTTP__HEADERS): 1000 is out of range; \
             right would be a number from 8 to 94"
        ));
    }

    #[test]
    fn more_listings_than_connections_or_threads_cannot_be_asked_for() {
        // A listing without a connection would break after its 200.
        fn wrong(pairs: &[(&str, &str)]) -> String {
            check(None, &environment(pairs)).to_string()
        }
        let at_once = ("MUSTER__TOKEN_INFO__LISTINGS_AT_ONCE", "3");
        assert!(wrong(&[at_once]).contains("right would be at most database.listing_connections"));
        let connections = ("MUSTER__DATABASE__LISTING_CONNECTIONS", "3");
        assert_eq!(wrong(&[at_once, connections]), "");
        let threads = ("MUSTER__HTTP__BLOCKING_THREADS", "3");
        let queue = ("MUSTER__CLIENT_AUTH__HASH_QUEUE", "2");
        let told = wrong(&[at_once, connections, threads, queue]);
        assert!(told.contains("right would be fewer than http.blocking_threads"), "{told}");
        let page = ("MUSTER__TOKEN_INFO__PAGE_ROWS", "50001");
        assert!(wrong(&[page]).contains("right would be a number from 1 to 50000"));
    }

    #[test]
    fn the_two_listeners_cannot_share_a_port_by_way_of_a_wildcard() {
        for (http, management, count) in [
            ("127.0.0.1:9080", "0.0.0.0:9080", 1),
            ("[::]:9080", "127.0.0.1:9080", 1),
            ("127.0.0.1:9080", "127.0.0.1:9080", 1),
            ("127.0.0.1:9080", "127.0.0.2:9080", 0),
            ("0.0.0.0:9080", "0.0.0.0:9081", 0),
            ("0.0.0.0:0", "0.0.0.0:0", 0),
        ] {
            let pairs =
                [("MUSTER__HTTP__LISTEN", http), ("MUSTER__MANAGEMENT__LISTEN", management)];
            assert_eq!(check(None, &environment(&pairs)).0.len(), count, "{http} {management}");
        }
    }

    #[test]
    fn an_issuer_on_this_machine_at_another_port_than_the_listeners_is_odd() {
        for (listen, issuer, count) in [
            ("127.0.0.1:9090", "http://localhost:9080/oauth2", 1),
            ("[::1]:9090", "http://127.0.0.1/oauth2", 1),
            ("127.0.0.1:9090", "http://[::1]:9090/oauth2", 0),
            ("127.0.0.1:80", "http://localhost/oauth2", 0),
            // A proxy for TLS, a container with a port of its own, a port by chance.
            ("127.0.0.1:9090", "https://localhost:9443/oauth2", 0),
            ("0.0.0.0:9090", "http://localhost:9080/oauth2", 0),
            ("127.0.0.1:0", "http://localhost:9080/oauth2", 0),
        ] {
            let pairs = [("MUSTER__HTTP__LISTEN", listen), ("MUSTER__ISSUER__URL", issuer)];
            let told = warnings(None, &environment(&pairs));
            assert_eq!(told.len(), count, "{listen} {issuer}: {told:?}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read_again_and_has_no_password() {
        let url = ("MUSTER__DATABASE__URL", "postgres://u:s3cr3t@h/d");
        let shown = show(None, &environment(&[url])).unwrap();
        assert!(shown.contains("url = \"postgres://u:***@h/d\""));
        assert!(!shown.contains("s3cr3t"));
        let file = std::env::temp_dir().join(format!("muster-shown-{}.toml", std::process::id()));
        std::fs::write(&file, &shown).unwrap();
        let again = show(Some(&file), &Environment::default());
        let values = values(Some(&file), &Environment::default()).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(again.unwrap(), shown);
        // Scripts are shown the same: every key, with the value that the file has.
        let sections = values.as_object().unwrap();
        for (section, keys) in sections {
            assert!(shown.contains(&format!("[{section}]\n")), "{section}");
            for (name, value) in keys.as_object().unwrap() {
                let line = if value.is_null() {
                    format!("# {name} is absent\n")
                } else {
                    format!("{name} = {value}\n")
                };
                assert!(shown.contains(&line), "{line}");
            }
        }
        assert_eq!(sections.len(), shown.matches("\n[").count() + 1);
    }

    #[test]
    fn a_file_that_is_named_must_be_there_and_be_toml() {
        let nowhere = check(Some(Path::new("/nonexistent/muster.toml")), &Environment::default());
        let nowhere = nowhere.to_string();
        assert!(nowhere.starts_with("/nonexistent/muster.toml: No such file"), "{nowhere}");
        assert!(nowhere.ends_with("is the path behind --config right?"), "{nowhere}");
        let folder = check(Some(&std::env::temp_dir()), &Environment::default()).to_string();
        assert!(folder.ends_with("one file of text (TOML)"), "{folder}");
        let file = std::env::temp_dir().join(format!("muster-broken-{}.toml", std::process::id()));
        std::fs::write(&file, "[database]\nurl = \"postgres://u:s3cr3t@h\" x").unwrap();
        let broken = check(Some(&file), &Environment::default()).to_string();
        std::fs::remove_file(&file).unwrap();
        assert!(broken.contains("line 2") && !broken.contains("s3cr3t"), "{broken}");
    }
}
