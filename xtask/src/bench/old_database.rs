//! An OA4MP database of any size: a real dump, its transactions multiplied.

use std::process::Stdio;

use super::world::{World, psql};
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;
use crate::workspace;

const DUMP: &str = "crates/server/tests/fixtures/oa4mp/postgres.sql";

/// Loads the dump and copies its transactions until there are so many; the URL.
pub(crate) fn made(world: &World, transactions: u64) -> Outcome<String> {
    let url = world.postgres_database("oa4mp")?;
    let dump = workspace::root().join(DUMP);
    let file = std::fs::File::open(&dump).doing(format!("opening {}", dump.display()))?;
    let mut command = Program::new("psql").args(["-X", "-q", "-d", &url]).into_command();
    let status = command
        .stdin(Stdio::from(file))
        .stdout(Stdio::null())
        .status()
        .doing("loading the dump")?;
    if !status.success() {
        return Err(Failure::new("psql could not load the dump"));
    }
    multiply(&url, transactions)?;
    Ok(url)
}

/// Copies get a name of their own, and so do the tokens in them; all else stays as it was.
fn multiply(url: &str, transactions: u64) -> Outcome {
    let columns = psql(
        url,
        "SELECT string_agg(CASE column_name \
           WHEN 'temp_token' THEN 'temp_token || ''&copy='' || n' \
           WHEN 'access_token' THEN 'CASE WHEN access_token LIKE ''eyJ%'' THEN NULL ELSE access_token || ''&copy='' || n END' \
           WHEN 'refresh_token' THEN 'CASE WHEN refresh_token LIKE ''eyJ%'' THEN NULL ELSE refresh_token || ''&copy='' || n END' \
           ELSE column_name::text END, ', ' ORDER BY ordinal_position) \
         FROM information_schema.columns \
         WHERE table_schema = 'oa4mp' AND table_name = 'transactions'",
    )?;
    psql(
        url,
        &format!(
            "INSERT INTO oa4mp.transactions \
             SELECT {columns} FROM (SELECT * FROM oa4mp.transactions) AS one, \
             generate_series(1, {transactions}) AS n LIMIT {transactions} \
             - (SELECT count(*) FROM oa4mp.transactions)"
        ),
    )?;
    psql(url, "VACUUM ANALYZE").map(|_| ())
}
