//! The import of a very large OA4MP database: time and memory.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::figures::{Table, mebibytes};
use super::old_database;
use super::service::Memory;
use super::world::{Target, World, psql};
use crate::failure::{Failure, Outcome, While};

/// Measures an import into PostgreSQL and compares what both hold at rest.
pub(crate) fn measure(world: &World, transactions: u64) -> Outcome<Table> {
    let old = old_database::made(world, transactions)?;
    let target = world.on_postgres("imported")?;
    let (time, peak) = imported(world, &target, &old)?;
    let mut table = Table::new(format!("{transactions} transactions imported from OA4MP"));
    table.at_most("wall", time.as_secs_f64(), 60.0, " s");
    table.at_most("peak memory", mebibytes(peak), 64.0, " MiB");
    let tokens = psql(&target.url, "SELECT count(*) FROM tokens")?;
    table.told("tokens", tokens);
    let ours = psql(
        &target.url,
        "SELECT round(sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM tokens)) \
         FROM pg_stat_user_tables",
    )?;
    table.told("bytes at rest for each token, Muster", ours);
    let tokens = psql(&target.url, "SELECT count(*) FROM tokens")?;
    let theirs = psql(
        &old,
        &format!(
            "SELECT round(sum(pg_total_relation_size(relid)) / {tokens}) FROM pg_stat_user_tables"
        ),
    )?;
    table.told("bytes at rest for each token, OA4MP's own tables", theirs);
    Ok(table)
}

fn imported(world: &World, target: &Target, old: &str) -> Outcome<(Duration, u64)> {
    let mut command = world.muster(target).args(["import", "oa4mp", "--from", old]).into_command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().doing("starting muster import")?;
    let mut peak = 0;
    loop {
        if let Ok(memory) = Memory::of(child.id()) {
            peak = peak.max(memory.peak);
        }
        if let Some(status) = child.try_wait().doing("waiting for muster import")? {
            if status.success() {
                return Ok((begun.elapsed(), peak));
            }
            return Err(Failure::new(format!("muster import failed ({status})")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
