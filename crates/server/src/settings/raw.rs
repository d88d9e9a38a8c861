//! Raw settings: what was written, and where. The only reader of the environment.
//!
//! The environment wins over the file, key by key. Keys that nobody knows are problems,
//! with the place where they stand and the nearest right key.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat, Value};

use super::audit::RawAudit;
use super::client_auth::RawClientAuth;
use super::database::RawDatabase;
use super::definition::{Described, Section};
use super::http::RawHttp;
use super::issuer::RawIssuer;
use super::keys::RawKeys;
use super::management::RawManagement;
use super::nearest::nearest;
use super::problem::{Problem, Problems};
use super::retention::RawRetention;
use super::strangers;
use super::telemetry::RawTelemetry;
use super::token_info::RawTokenInfo;
use super::tokens::RawTokens;

/// What environment variables of ours begin with.
const PREFIX: &str = "MUSTER";
/// What stands between section and key.
const SEPARATOR: &str = "__";
/// The file that is read when none is named and it is there.
const FILE: &str = "muster.toml";

/// The environment variables that concern settings.
#[derive(Clone, Default)]
pub struct Environment {
    ours: BTreeMap<String, OsString>,
    /// Those that look like ours and are none.
    pub(super) strangers: Vec<String>,
}

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// Those among the pairs that concern settings: `MUSTER__SECTION__KEY`.
    pub fn of(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in pairs {
            let Ok(name) = name.into_string() else { continue };
            match name.strip_prefix(PREFIX) {
                Some(rest) if rest.starts_with(SEPARATOR) => {
                    environment.ours.insert(name, value);
                }
                Some(rest) if strangers::may_be_meant(rest) => environment.strangers.push(name),
                Some(_) | None => {}
            }
        }
        environment.strangers.sort();
        environment
    }
}

/// Everything as it was written, defaults filled in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RawSettings {
    pub(super) http: RawHttp,
    pub(super) management: RawManagement,
    pub(super) issuer: RawIssuer,
    pub(super) database: RawDatabase,
    pub(super) keys: RawKeys,
    pub(super) client_auth: RawClientAuth,
    pub(super) token_info: RawTokenInfo,
    pub(super) tokens: RawTokens,
    pub(super) retention: RawRetention,
    pub(super) audit: RawAudit,
    pub(super) telemetry: RawTelemetry,
}

impl RawSettings {
    /// Reads all sections.
    pub(super) fn read(reading: &mut Reading) -> Self {
        Self {
            http: Section::read(reading),
            management: Section::read(reading),
            issuer: Section::read(reading),
            database: Section::read(reading),
            keys: Section::read(reading),
            client_auth: Section::read(reading),
            token_info: Section::read(reading),
            tokens: Section::read(reading),
            retention: Section::read(reading),
            audit: Section::read(reading),
            telemetry: Section::read(reading),
        }
    }

    /// Every section, in order.
    pub(super) fn described(&self) -> Vec<Described> {
        vec![
            self.http.described(),
            self.management.described(),
            self.issuer.described(),
            self.database.described(),
            self.keys.described(),
            self.client_auth.described(),
            self.token_info.described(),
            self.tokens.described(),
            self.retention.described(),
            self.audit.described(),
            self.telemetry.described(),
        ]
    }
}

/// What was found in the sources, by section and key, and what is wrong with it.
pub(super) struct Reading {
    /// Every key there is.
    pub(super) names: Vec<String>,
    found: HashMap<String, Found>,
    pub(super) problems: Problems,
    /// What is odd and may be meant.
    pub(super) warnings: Vec<String>,
}

struct Found {
    place: String,
    value: Value,
}

impl Default for Reading {
    fn default() -> Self {
        let sections = RawSettings::default().described();
        let keys = sections.into_iter().flat_map(|section| section.keys);
        let names = keys.map(|key| format!("{}.{}", key.section, key.name)).collect();
        let (found, problems, warnings) = (HashMap::new(), Problems::default(), Vec::new());
        Self { names, found, problems, warnings }
    }
}

impl Reading {
    /// Reads the sources: the named file, or `muster.toml` if it is there, and the
    /// environment.
    pub(super) fn of(file: Option<&Path>, environment: &Environment) -> Self {
        let mut reading = Self::default();
        let by_chance = PathBuf::from(FILE);
        match file {
            Some(path) => reading.read_file(path),
            None if by_chance.is_file() => reading.read_file(&by_chance),
            None => {}
        }
        reading.read_environment(environment);
        strangers::judge(&mut reading, &environment.strangers);
        reading
    }

    /// The value of a key, if it was written anywhere.
    pub(super) fn take(&mut self, section: &str, name: &str) -> Option<Value> {
        self.found.get(&format!("{section}.{name}")).map(|found| found.value.clone())
    }

    /// Notes a problem of a key.
    pub(super) fn wrong(&mut self, section: &str, name: &str, wrong: &str, right: &str) {
        let key = format!("{section}.{name}");
        let place = self.found.get(&key).map_or("the default", |found| found.place.as_str());
        let (place, wrong, right) = (place.to_owned(), wrong.to_owned(), right.to_owned());
        self.problems.0.push(Problem { key, place, wrong, right });
    }

    fn read_file(&mut self, path: &Path) {
        let place = path.display().to_string();
        let unreadable = |wrong, right: &str| {
            let (key, right) = (String::new(), right.to_owned());
            Problem { key, place: place.clone(), wrong, right }
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let words = format!("{error}; {}", way_out(&error));
                return self.problems.0.push(unreadable(words, ""));
            }
        };
        let source = File::from_str(&text, FileFormat::Toml);
        let tables = Config::builder().add_source(source).build();
        match tables.and_then(Config::try_deserialize::<BTreeMap<String, Value>>) {
            Ok(tables) => self.take_tables(&text, &place, tables),
            Err(error) => {
                let right = "a TOML file with sections and keys";
                self.problems.0.push(unreadable(without_lines(&error.to_string()), right));
            }
        }
    }

    fn take_tables(&mut self, text: &str, place: &str, tables: BTreeMap<String, Value>) {
        for (section, table) in tables {
            let Ok(keys) = table.clone().into_table() else {
                self.put(&section, &at_line(place, text, "", &section), table);
                continue;
            };
            let keys: BTreeMap<_, _> = keys.into_iter().collect();
            for (name, value) in keys {
                let place = at_line(place, text, &section, &name);
                self.put(&format!("{section}.{name}"), &place, value);
            }
        }
    }

    fn read_environment(&mut self, environment: &Environment) {
        for (variable, value) in &environment.ours {
            let start = PREFIX.len().saturating_add(SEPARATOR.len());
            let key = variable.get(start..).unwrap_or_default();
            let key = key.to_lowercase().replace(SEPARATOR, ".");
            let place = format!("the environment, {variable}");
            match value.to_str() {
                Some(text) => self.put(&key, &place, Value::from(text.to_owned())),
                None => self.problems.0.push(Problem {
                    key,
                    place,
                    wrong: "it is not UTF-8".to_owned(),
                    right: "a value in UTF-8".to_owned(),
                }),
            }
        }
    }

    fn put(&mut self, key: &str, place: &str, value: Value) {
        let names = &self.names;
        if names.iter().any(|name| name == key) {
            self.found.insert(key.to_owned(), Found { place: place.to_owned(), value });
            return;
        }
        // A right key under a wrong section is nearer than any spelling.
        let end = format!(".{}", key.rsplit('.').next().unwrap_or(key));
        let moved = names.iter().map(String::as_str).filter(|name| name.ends_with(&end));
        let right = nearest(key, moved)
            .or_else(|| nearest(key, names.iter().map(String::as_str)))
            .unwrap_or_default();
        self.problems.0.push(Problem {
            key: key.to_owned(),
            place: place.to_owned(),
            wrong: "there is no such key".to_owned(),
            right: right.to_owned(),
        });
    }
}

/// What to do about a file that cannot be read.
fn way_out(error: &io::Error) -> &'static str {
    if error.kind() == io::ErrorKind::NotFound {
        "is the path behind --config right?"
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        "let the account that runs muster read it"
    } else {
        "the settings are one file of text (TOML)"
    }
}

/// The place with the line of a key, as far as a simple look finds it.
fn at_line(place: &str, text: &str, section: &str, name: &str) -> String {
    let mut current = "";
    for (line, written) in (1_u32..).zip(text.lines()) {
        let written = written.trim();
        if let Some(header) = written.strip_prefix('[') {
            current = header.split(']').next().unwrap_or_default().trim();
        }
        let key = written.split(['=', '.']).next().unwrap_or_default().trim();
        if current == section && key == name {
            return format!("{place}, line {line}");
        }
    }
    place.to_owned()
}

/// The parser's message without the lines of the file that it quotes: they may hold a
/// password.
fn without_lines(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.contains('|') && !line.trim().is_empty());
    lines.collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Reading {
        let mut reading = Reading::default();
        let tables = Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build();
        reading.take_tables(text, "f.toml", tables.unwrap().try_deserialize().unwrap());
        let pairs = variables.iter().map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::of(pairs);
        reading.read_environment(&environment);
        strangers::judge(&mut reading, &environment.strangers);
        reading
    }

    fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let mut reading = read(text, variables);
        RawSettings::read(&mut reading);
        reading.problems.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_written_is_nothing_wrong() {
        assert_eq!(RawSettings::read(&mut read("", &[])), RawSettings::default());
        assert_eq!(problems("", &[("MUSTERING", "x"), ("PATH", "y")]), Vec::<String>::new());
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "[http]\nlisten = \"1.1.1.1:1\"\nworkers = 3\n[issuer]\nurl = \"a\"";
        let mut reading = read(text, &[("MUSTER__HTTP__LISTEN", "2.2.2.2:2")]);
        let raw = RawSettings::read(&mut reading);
        assert_eq!((raw.http.listen.as_str(), raw.http.workers), ("2.2.2.2:2", 3));
        assert_eq!(raw.issuer.url, "a");
        assert_eq!(reading.problems, Problems::default());
    }

    #[test]
    fn lists_are_written_with_commas_in_the_environment() {
        let mut reading = read("", &[("MUSTER__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1")]);
        assert_eq!(RawSettings::read(&mut reading).http.trusted_proxies, ["10.0.0.0/8", "::1"]);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_the_nearest_right_one() {
        assert_eq!(
            problems(
                "# a\n[http]\n\nlisen = 1\n[database]\nlisten = 2",
                &[("MUSTER__AUDT__SINK", "x")]
            ),
            [
                "database.listen (f.toml, line 6): there is no such key; right would be http.listen",
                "http.lisen (f.toml, line 4): there is no such key; right would be http.listen",
                "audt.sink (the environment, MUSTER__AUDT__SINK): there is no such key; \
                 right would be audit.sink",
            ]
        );
        assert_eq!(
            problems("listen = 1", &[]),
            ["listen (f.toml, line 1): there is no such key; right would be http.listen"]
        );
    }

    #[test]
    fn a_number_is_a_whole_one_and_not_below_zero() {
        let told = problems("[tokens]\naccess_seconds = -1\nfamily_seconds = 1.9", &[]);
        assert_eq!(
            told,
            [
                "tokens.access_seconds (f.toml, line 2): it is below zero; \
                 right would be a number that is not",
                "tokens.family_seconds (f.toml, line 3): this is another kind of value; \
                 right would be number",
            ]
        );
        let told = problems("", &[("MUSTER__HTTP__WORKERS", "-3")]);
        assert!(told[0].contains("it is below zero"), "{told:?}");
        let told = problems("[http]\nworkers = true", &[]);
        assert!(told[0].contains("another kind of value"), "{told:?}");
    }

    #[test]
    fn a_value_of_another_kind_is_told_with_the_right_kind() {
        assert_eq!(
            problems("[http]\nworkers = \"many\"", &[("MUSTER__TOKEN_INFO__ALLOW_GET", "perhaps")]),
            [
                "http.workers (f.toml, line 2): this is another kind of value; right would be number",
                "token_info.allow_get (the environment, MUSTER__TOKEN_INFO__ALLOW_GET): \
                 this is another kind of value; right would be true or false",
            ]
        );
    }
}
