//! `muster doctor`: what is wrong here, and what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use muster_crypto::Kek;
use muster_domain::Timestamp;
use muster_store_diesel::DatabaseUrl;
use muster_store_diesel::migrate::status;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::premises::kek_path;
use crate::run::Desk;
use crate::{KeeperSettings, Premises};

/// Before this a clock is surely wrong: 2026-01-01.
const EARLIEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// What group and others may do.
const OTHERS: u32 = 0o077;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Good,
    Odd,
    Bad,
}

impl Finding {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Odd => "look",
            Self::Bad => "bad",
        }
    }
}

struct Line {
    finding: Finding,
    about: &'static str,
    words: String,
}

const fn line(finding: Finding, about: &'static str, words: String) -> Line {
    Line { finding, about, words }
}

pub(crate) fn run(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let mut lines = Vec::new();
    match desk.host.config_check(desk.arguments.config.as_deref()) {
        Ok(problems) if problems.is_empty() => {
            lines.push(line(Finding::Good, "settings", "in order".to_owned()));
        }
        Ok(problems) => {
            lines.extend(problems.into_iter().map(|words| line(Finding::Bad, "settings", words)));
        }
        Err(failure) => lines.push(line(Finding::Bad, "settings", failure.words)),
    }
    if let Ok(settings) = desk.settings() {
        lines.extend(database(&settings));
        lines.push(key(&settings));
        lines.extend(modes(&settings));
        lines.extend(inside(desk, &settings));
    }
    report(desk, &lines)
}

fn database(settings: &KeeperSettings) -> Vec<Line> {
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let words = format!("{} is not there yet; it is made at the first start", path.display());
        return vec![line(Finding::Odd, "database", words)];
    }
    match status(&settings.database) {
        Err(error) => {
            let words = format!("{}: {error}; check database.url", settings.database);
            vec![line(Finding::Bad, "database", words)]
        }
        Ok(health) => {
            let reached = format!("{} ({})", settings.database, health.engine);
            let schema = if !health.unknown.is_empty() {
                line(
                    Finding::Bad,
                    "schema",
                    "newer than this program; use the newer one".to_owned(),
                )
            } else if !health.pending.is_empty() {
                let count = health.pending.len();
                let words = format!("{count} migrations are missing; run: muster migrate run");
                line(Finding::Bad, "schema", words)
            } else {
                line(Finding::Good, "schema", health.schema_version.unwrap_or_default())
            };
            vec![line(Finding::Good, "database", reached), schema]
        }
    }
}

fn key(settings: &KeeperSettings) -> Line {
    let Some(path) = kek_path(settings) else {
        let words = "keys.kek_file is not set; run: muster keys new-kek FILE".to_owned();
        return line(Finding::Bad, "key", words);
    };
    if !path.exists() && settings.database.is_embedded() {
        let words = format!("{} is not there yet; it is made at the first start", path.display());
        return line(Finding::Odd, "key", words);
    }
    match Kek::load(&path) {
        Ok(kek) => line(Finding::Good, "key", format!("{} in {}", kek.id(), path.display())),
        Err(error) => line(Finding::Bad, "key", error.to_string()),
    }
}

/// Files that others must not read.
fn modes(settings: &KeeperSettings) -> Vec<Line> {
    let mut files = Vec::new();
    if let DatabaseUrl::Sqlite(path) = &settings.database {
        files.push(path.clone());
    }
    files.extend(settings.audit_file.clone());
    files.iter().filter_map(|path| open_to_others(path)).collect()
}

fn open_to_others(path: &Path) -> Option<Line> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let folder_mode = path.parent().and_then(|folder| std::fs::metadata(folder).ok());
    let shut = |mode: u32| mode & OTHERS == 0;
    if shut(mode) || folder_mode.is_some_and(|folder| shut(folder.permissions().mode())) {
        return None;
    }
    let words = format!("{0} may be read by others; run: chmod 600 {0}", path.display());
    Some(line(Finding::Odd, "file modes", words))
}

/// What only an opened store can tell.
fn inside(desk: &mut Desk<'_, '_>, settings: &KeeperSettings) -> Vec<Line> {
    let (clock, randomness) = (desk.host.clock(), desk.host.randomness());
    let exists = match &settings.database {
        DatabaseUrl::Sqlite(path) => path.exists(),
        DatabaseUrl::Postgres(_) => true,
    };
    if !exists {
        return Vec::new();
    }
    let premises = match Premises::open(settings, &clock, &randomness) {
        Ok(premises) => premises,
        Err(error) => return vec![line(Finding::Bad, "key ring", error.to_string())],
    };
    let now = clock.now();
    let mut lines = vec![line(Finding::Good, "key ring", "opens".to_owned())];
    lines.push(match premises.store.read(|reading| reading.audit_end()) {
        Err(error) => line(Finding::Bad, "clock", error.to_string()),
        Ok(end) if now < EARLIEST || now < end.last_at => {
            let words = "the clock is behind the last record; set it right (NTP)".to_owned();
            line(Finding::Bad, "clock", words)
        }
        Ok(_) => line(Finding::Good, "clock", "ahead of every record".to_owned()),
    });
    lines.push(match super::audit::outcome(desk) {
        Ok(Ok(verified)) => {
            line(Finding::Good, "audit trail", format!("{} records hold", verified.records))
        }
        Ok(Err(fault)) => line(Finding::Bad, "audit trail", fault.to_string()),
        Err(failure) => line(Finding::Bad, "audit trail", failure.words),
    });
    lines
}

fn report(desk: &mut Desk<'_, '_>, lines: &[Line]) -> Result<(), Failure> {
    let values: Vec<_> = lines
        .iter()
        .map(|line| json!({"finding": line.finding.as_str(), "about": line.about, "words": line.words}))
        .collect();
    desk.output.value(&json!(values))?;
    let rows = lines
        .iter()
        .map(|line| {
            vec![line.finding.as_str().to_owned(), line.about.to_owned(), line.words.clone()]
        })
        .collect();
    desk.output.table(&["", "about", ""], rows)?;
    match lines.iter().filter(|line| line.finding == Finding::Bad).count() {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Bad, format!("{count} things are bad"))),
    }
}
