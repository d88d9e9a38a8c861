//! The floors: the same columns of the same rows in the same order, by the engine's own client.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// What a page of the listing reads, in the order of its index.
const ROWS: &str = "SELECT seq, tx_seq, started_at, elem_at, elem_seq, issued_at, expires_at, \
    ended_at, user_seq, issuer_seq, client_seq, data_key, shard, kind, state, jti, sealed \
    FROM tokens \
    WHERE (shard, user_seq) IN (SELECT shard, seq FROM users WHERE uid = 'bench') \
    ORDER BY shard, user_seq, client_seq, started_at, tx_seq, elem_at, elem_seq, kind";

/// `psql -c "COPY (..) TO STDOUT"`, thrown away.
pub(crate) fn psql_copy(url: &str) -> Outcome<Duration> {
    timed(Program::new("psql").args([
        "-X",
        "-q",
        "-d",
        url,
        "-c",
        &format!("COPY ({ROWS}) TO STDOUT"),
    ]))
}

/// `sqlite3 -json`, thrown away.
pub(crate) fn sqlite_json(file: &Path) -> Outcome<Duration> {
    timed(Program::new("sqlite3").arg("-readonly").arg("-json").arg(file).arg(ROWS))
}

fn timed(program: Program) -> Outcome<Duration> {
    let line = program.line();
    let mut command = program.into_command();
    command.stdout(Stdio::null());
    let begun = Instant::now();
    let status = command.status().doing(format!("could not start `{line}`"))?;
    let time = begun.elapsed();
    if status.success() {
        Ok(time)
    } else {
        Err(Failure::new(format!("`{line}` failed ({status})")))
    }
}
