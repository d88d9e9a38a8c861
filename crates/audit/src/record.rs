//! One record: an entry with its place in the trail, as one line of JSON.
//!
//! The hash covers the line's bytes. Everything that comes from outside is escaped beyond
//! what JSON asks for, so that no name can look like the end of a line to any reader
//! (ASVS 16.4.1). No token and no secret has a way in: people and tokens stand here under
//! keyed pseudonyms.

use std::fmt::Write as _;

use muster_crypto::KeyRing;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditRecord};
use serde_json::{Map, Value, json};

use crate::{Ending, Event};

/// Names from outside are cut here, in characters; a pseudonym of the whole goes along.
const NAME_LONGEST: usize = 200;

/// So many clients of a listing are named, each with its count; the rest is one number.
const CLIENTS_NAMED: usize = 50;

/// Who did something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor<'a> {
    /// Whoever sits at the terminal.
    Keeper,
    /// The service by itself.
    Service,
    /// A client, by id; the id that was claimed when authentication failed.
    Client(&'a str),
    /// An admin client, by id.
    Admin(&'a str),
}

/// Somebody or something that must not stand in the trail by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A user, by user id.
    User(String),
    /// A token, by the number of its row.
    Token(i64),
}

/// What is to be recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    event: Event,
    ending: Ending,
    members: Map<String, Value>,
    /// Names that were too long, in full.
    cut: Vec<(&'static str, String)>,
    subjects: Vec<Subject>,
}

impl Entry {
    /// An entry about `event`.
    pub fn new(event: Event, ending: Ending) -> Self {
        Self { event, ending, members: Map::new(), cut: Vec::new(), subjects: Vec::new() }
    }

    /// Who did it.
    #[must_use]
    pub fn by(self, actor: Actor<'_>) -> Self {
        match actor {
            Actor::Keeper => self.with_word("actor", "keeper"),
            Actor::Service => self.with_word("actor", "service"),
            Actor::Client(id) => self.with_name("actor_client", id),
            Actor::Admin(id) => self.with_name("admin", id),
        }
    }

    /// To which client.
    #[must_use]
    pub fn to_client(self, id: &str) -> Self {
        self.with_name("client", id)
    }

    /// To or through which admin.
    #[must_use]
    pub fn to_admin(self, id: &str) -> Self {
        self.with_name("admin", id)
    }

    /// In which issuer.
    #[must_use]
    pub fn in_issuer(self, issuer: &str) -> Self {
        self.with_name("issuer", issuer)
    }

    /// From which address, in which request.
    #[must_use]
    pub fn from(self, address: &str, request: &str) -> Self {
        self.with_name("ip", address).with_name("request_id", request)
    }

    /// About whom or what, under a pseudonym.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subjects.push(subject);
        self
    }

    /// Why.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        self.with_name("reason", reason)
    }

    /// How many tokens of which clients, and of how many clients in all.
    #[must_use]
    pub fn with_clients<'a>(mut self, counts: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let mut named = Map::new();
        let mut all = 0_u64;
        for (id, count) in counts {
            all = all.saturating_add(1);
            if named.len() < CLIENTS_NAMED {
                named.insert(id.chars().take(NAME_LONGEST).collect(), json!(count));
            }
        }
        self.members.insert("client_ids".to_owned(), Value::Object(named));
        self.with_count("clients", all)
    }

    /// A figure.
    #[must_use]
    pub fn with_count(mut self, name: &'static str, count: u64) -> Self {
        self.members.insert(name.to_owned(), json!(count));
        self
    }

    /// A yes or no.
    #[must_use]
    pub fn with_flag(mut self, name: &'static str, flag: bool) -> Self {
        self.members.insert(name.to_owned(), json!(flag));
        self
    }

    /// A word of the house's own.
    #[must_use]
    pub fn with_word(mut self, name: &'static str, word: &str) -> Self {
        self.members.insert(name.to_owned(), json!(word));
        self
    }

    /// A text from outside.
    #[must_use]
    pub fn with_name(mut self, name: &'static str, value: &str) -> Self {
        let short: String = value.chars().take(NAME_LONGEST).collect();
        if short.len() < value.len() {
            self.cut.push((name, value.to_owned()));
        }
        self.members.insert(name.to_owned(), json!(short));
        self
    }

    /// The record of this entry at the end of a trail.
    pub(crate) fn record(&self, keys: &KeyRing, link: &AuditLink, now: Timestamp) -> AuditRecord {
        // A clock that was set back must not turn the order around.
        let at = now.max(link.last_at);
        let mut members = Map::new();
        members.insert("seq".to_owned(), json!(link.next));
        members.insert("ts".to_owned(), json!(at.millis()));
        members.insert("event".to_owned(), json!(self.event.as_str()));
        members.insert("outcome".to_owned(), json!(self.ending.as_str()));
        for (name, value) in &self.members {
            // Nothing takes the place of the members above.
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (name, whole) in &self.cut {
            members.insert(format!("{name}_hmac"), json!(keys.pseudonym(whole)));
        }
        for subject in &self.subjects {
            let (name, pseudonym) = match subject {
                Subject::User(id) => ("subject_hmac", keys.pseudonym(&format!("user:{id}"))),
                Subject::Token(number) => ("token_ref", keys.pseudonym(&format!("token:{number}"))),
            };
            members.insert(name.to_owned(), json!(pseudonym));
        }
        let body = one_line(&Value::Object(members).to_string());
        let hash = keys.audit_link(&link.last_hash, body.as_bytes());
        let event = self.event.as_str().to_owned();
        AuditRecord { number: link.next, at, event, body, previous: link.last_hash, hash }
    }
}

/// JSON leaves U+007F, U+0085, U+2028 and their like as they are; many readers end a line
/// there, and a terminal obeys some of them. Only printable ASCII stays as it is.
fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            line.push(character);
            continue;
        }
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            // Writing into memory cannot fail.
            let _ = write!(line, "\\u{unit:04x}");
        }
    }
    line
}
