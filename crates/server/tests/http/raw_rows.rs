//! Rows as a thief or a failing disk gets at them: by the engine's own shell, past Muster.

use std::path::Path;
use std::process::Command;

use muster_store_diesel::DatabaseUrl;

use crate::house::House;

/// Runs statements in the house's database; what they select, a line for each row.
pub(crate) fn tell(house: &House, statements: &str) -> Vec<String> {
    let mut command = match house.scratch.url() {
        DatabaseUrl::Postgres(url) => {
            let mut command = Command::new("psql");
            command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url]);
            command.args(["-c", statements]);
            command
        }
        DatabaseUrl::Sqlite(file) => {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", "-bail", "-cmd", ".timeout 10000"]).arg(file).arg(statements);
            command
        }
    };
    let said = command.output().expect("the shell runs");
    assert!(said.status.success(), "{statements}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("text").lines().map(ToOwned::to_owned).collect()
}

/// Some bytes of one row.
pub(crate) fn bytes(house: &House, column: &str, place: &str) -> Vec<u8> {
    let hex = match house.scratch.url() {
        DatabaseUrl::Postgres(_) => format!("upper(encode({column}, 'hex'))"),
        DatabaseUrl::Sqlite(_) => format!("hex({column})"),
    };
    let rows = tell(house, &format!("SELECT {hex} FROM {place}"));
    assert_eq!(rows.len(), 1, "{place}");
    data_encoding::HEXUPPER.decode(rows[0].as_bytes()).expect("hexadecimal digits")
}

/// Bytes as a literal of the engine's.
pub(crate) fn literal(house: &House, bytes: &[u8]) -> String {
    let digits = data_encoding::HEXUPPER.encode(bytes);
    match house.scratch.url() {
        DatabaseUrl::Postgres(_) => format!("'\\x{digits}'::bytea"),
        DatabaseUrl::Sqlite(_) => format!("X'{digits}'"),
    }
}

/// Everything that a thief of the database carries away: the dump, and the files of an
/// embedded one.
pub(crate) fn loot(house: &House) -> Vec<(String, Vec<u8>)> {
    let mut command = match house.scratch.url() {
        DatabaseUrl::Postgres(url) => {
            let mut command = Command::new("pg_dump");
            command.args(["--inserts", "-d", url]);
            command
        }
        DatabaseUrl::Sqlite(file) => {
            let mut command = Command::new("sqlite3");
            command.args(["-cmd", ".timeout 10000"]).arg(file).arg(".dump");
            command
        }
    };
    let said = command.output().expect("the dump is made");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let mut loot = vec![("the dump".to_owned(), said.stdout)];
    if let DatabaseUrl::Sqlite(file) = house.scratch.url() {
        loot.extend(files_beside(file));
    }
    loot
}

/// The database's file, its log and its index.
fn files_beside(file: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = std::fs::read_dir(file.parent().expect("a folder")).expect("a folder");
    folder
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect()
}
