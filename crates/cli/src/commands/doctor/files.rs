//! Files that only their owner should read: database, key, audit trail.

use std::ffi::OsString;
use std::fs::{Metadata, metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use muster_store_diesel::DatabaseUrl;

use super::line::Line;
use crate::KeeperSettings;
use crate::premises::kek_path;

/// What group and others may do.
const OTHERS: u32 = 0o077;

/// Who may read and who owns the files.
pub(crate) fn modes(settings: &KeeperSettings) -> Vec<Line> {
    let mut files = Vec::new();
    if let DatabaseUrl::Sqlite(path) = &settings.database {
        files.push(path.clone());
        // What was written last lies beside the database (SQLite's write-ahead log).
        files.extend(["-wal", "-shm"].map(|ending| with_ending(path, ending)));
    }
    files.extend(settings.audit_file.clone());
    let kek = kek_path(settings);
    let mut lines: Vec<Line> = files.iter().filter_map(|path| open_to_others(path)).collect();
    lines.extend(kek.as_deref().and_then(|kek| other_owner(kek, &files)));
    if lines.is_empty() && files.iter().any(|path| path.exists()) {
        lines.push(Line::good("file modes", "nobody but the owner may read them"));
    }
    lines
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn open_to_others(path: &Path) -> Option<Line> {
    let is_shut = |about: &Metadata| about.mode() & OTHERS == 0;
    let file = metadata(path).ok()?;
    let folder = path.parent().and_then(|folder| metadata(folder).ok());
    if is_shut(&file) || folder.as_ref().is_some_and(is_shut) {
        return None;
    }
    let shown = path.display();
    let words = format!("{shown} may be read by others");
    Some(Line::odd("file modes", words, format!("run: chmod 600 {shown}")))
}

/// The service must be able to read the key; it runs as the owner of the other files.
fn other_owner(kek: &Path, files: &[PathBuf]) -> Option<Line> {
    let owner = metadata(kek).ok()?.uid();
    let service = files.iter().find_map(|path| metadata(path).ok())?.uid();
    if owner == service {
        return None;
    }
    let words =
        format!("{} belongs to user {owner}, the service's files to user {service}", kek.display());
    Some(Line::odd("file modes", words, format!("run: chown {service} {}", kek.display())))
}
