//! Private databases: made by a run, for that run, and gone with it.
//!
//! `scratch` is the ground they stand on and `keeper` the one who clears it away; one file
//! per server says how it is found, made and started; `provision` starts what a run wants.

mod account;
mod chance;
mod citus;
mod citus_programs;
mod keeper;
mod mariadb;
mod postgres;
mod provision;
mod scratch;

pub(crate) use account::is_root;
pub(crate) use keeper::watch_over;
pub(crate) use mariadb::find as find_mariadb;
pub(crate) use postgres::find as find_postgres;
pub(crate) use provision::{TestDatabases, Wanted, citus_can_start, needs};
