//! One record: an entry with its place in the trail, as one line of JSON.
//!
//! The hash covers the line's bytes. Everything that comes from outside is escaped beyond
//! what JSON asks for, so that no name can look like the end of a line to any reader.

use std::fmt::Write as _;

use muster_crypto::KeyRing;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditRecord};
use serde_json::{Map, Value, json};

use crate::{Ending, Event};

/// Names from outside are cut here; a pseudonym of the whole goes along.
const NAME_LONGEST: usize = 200;

/// Somebody or something that must not stand in the trail by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A user of an issuer.
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
    subjects: Vec<Subject>,
}

impl Entry {
    /// An entry about `event`.
    pub fn new(event: Event, ending: Ending) -> Self {
        Self { event, ending, members: Map::new(), subjects: Vec::new() }
    }

    /// Who did it: a client, an admin client, or the keeper at the terminal.
    #[must_use]
    pub fn by(self, actor: &str) -> Self {
        self.with_name("actor", actor)
    }

    /// To which client or admin.
    #[must_use]
    pub fn to(self, party: &str) -> Self {
        self.with_name("party", party)
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

    /// A figure.
    #[must_use]
    pub fn with_count(mut self, name: &'static str, count: u64) -> Self {
        self.members.insert(name.to_owned(), json!(count));
        self
    }

    /// A word of the house's own.
    #[must_use]
    pub fn with_word(mut self, name: &'static str, word: &str) -> Self {
        self.members.insert(name.to_owned(), json!(word));
        self
    }

    fn with_name(mut self, name: &'static str, value: &str) -> Self {
        let short: String = value.chars().take(NAME_LONGEST).collect();
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
        members.extend(self.members.clone());
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

/// JSON leaves U+0085, U+2028 and their like as they are; many readers end a line there.
fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            line.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing into memory cannot fail.
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_end_a_line_or_forge_a_member() {
        let line = one_line(&json!({"a": "x\r\n\u{2028}\u{85}\",\"seq\":9,\"é"}).to_string());
        assert!(line.is_ascii() && !line.contains(['\r', '\n']));
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read.as_object().unwrap().len(), 1);
    }
}
