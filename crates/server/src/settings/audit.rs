//! Where the audit trail is written.

use std::path::PathBuf;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// The audit trail.
    "audit" RawAudit {
        /// `table`: in the database. `file`: JSON lines in a file.
        sink: String = "table".to_owned();
        /// The file, if the sink is one.
        file: Option<String> = None;
    }
}

/// Where records go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AuditSink {
    /// Into the database.
    Table,
    /// Into a file, as JSON lines.
    File(PathBuf),
}

/// The audit trail, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// Where records go.
    pub sink: AuditSink,
}

impl RawAudit {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Audit {
        let sink = match (self.sink.as_str(), &self.file) {
            ("table", None) => AuditSink::Table,
            ("file", Some(file)) => AuditSink::File(file.into()),
            ("table", Some(_)) => {
                resolving.wrong(
                    "file",
                    "the sink is the table",
                    "no file, or audit.sink = \"file\"",
                );
                AuditSink::Table
            }
            ("file", None) => {
                resolving.wrong("file", "the sink is a file, and none is named", "a path");
                AuditSink::Table
            }
            _ => {
                resolving.wrong("sink", "there is no such sink", "table or file");
                AuditSink::Table
            }
        };
        Audit { sink }
    }
}
