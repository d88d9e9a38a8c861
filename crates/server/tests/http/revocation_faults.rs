//! Revocation while the database fails: what could not be done is never said to be done, and
//! the token is as good as before (RFC 7009 2.2.1).

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use muster_store_diesel::DatabaseUrl;

use crate::house::{Engine, House};
use crate::issuing::{Office, Party, assert_refused};
use crate::raw_rows::tell;

/// Asks for the end of the family, and of its access token, which the database prevents.
fn assert_kept(office: &Office, web: &Party, tokens: &(String, String)) {
    for text in [&tokens.1, &tokens.0] {
        let answer = web.request("revoke", &[("token", text)]).send(office.house.address);
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert!(answer.header("Retry-After").is_some(), "{:?}", answer.headers);
        assert!(web.finds_active(&tokens.0) && web.finds_active(&tokens.1));
    }
}

fn assert_revoked(web: &Party, tokens: &(String, String)) {
    assert_eq!(web.revoke(&tokens.1).status, 200);
    assert!(!web.finds_active(&tokens.0) && !web.finds_active(&tokens.1));
}

/// Lets the database take changes or not, and breaks the connections that know it otherwise.
fn set_read_only(house: &House, read_only: bool) {
    let state = if read_only { "on" } else { "off" };
    let change = format!(
        "SET TRANSACTION READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I \
         SET default_transaction_read_only = {state}', current_database()); END $$"
    );
    tell(house, &change);
    let others = "datname = current_database() AND pid <> pg_backend_pid()";
    tell(house, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
}

#[test]
fn no_revocation_is_acknowledged_while_the_database_is_read_only() {
    // S33, B102
    let office = Office::open(Engine::Postgres);
    let web = office.web();
    let tokens = office.issued(&web);
    set_read_only(&office.house, true);
    assert_kept(&office, &web, &tokens);
    set_read_only(&office.house, false);
    assert_revoked(&web, &tokens);
}

/// Another process that has shut the database's file to everybody who would write.
struct Locked(Child);

impl Locked {
    fn by_another_process(house: &House) -> Self {
        let DatabaseUrl::Sqlite(file) = house.scratch.url() else { panic!("a file") };
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-bail", "-cmd", ".timeout 10000"]).arg(file);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the shell runs");
        let mut asked = child.stdin.as_ref().expect("its input");
        asked.write_all(b"BEGIN IMMEDIATE;\nSELECT 'shut';\n").expect("it listens");
        let mut told = [0; 5];
        let said = child.stdout.as_mut().expect("its output");
        std::io::Read::read_exact(said, &mut told).expect("it answers");
        assert_eq!(&told, b"shut\n");
        Self(child)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Only what was started here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn no_revocation_is_acknowledged_while_another_process_has_locked_the_database() {
    // S33, F08: reading goes on meanwhile.
    let office = Office::open(Engine::Sqlite);
    let web = office.web();
    let tokens = office.issued(&web);
    let locked = Locked::by_another_process(&office.house);
    assert_kept(&office, &web, &tokens);
    drop(locked);
    assert_revoked(&web, &tokens);
}

fn not_without_a_record(engine: Engine) {
    // S33, F26: the record and the deed are one.
    let office = Office::open(engine);
    let web = office.web();
    let tokens = office.issued(&web);
    tell(&office.house, "ALTER TABLE audit RENAME TO gone");
    assert_kept(&office, &web, &tokens);
    let refused = web.request("token", &[("grant_type", "client_credentials")]);
    assert_refused(&refused.send(office.house.address), 503, "temporarily_unavailable");
    let listing = office.house.as_admin().form(&office.house.question());
    assert_refused(&listing.send(office.house.address), 503, "temporarily_unavailable");
    tell(&office.house, "ALTER TABLE gone RENAME TO audit");
    assert_revoked(&web, &tokens);
}

#[test]
fn what_cannot_be_recorded_is_neither_revoked_nor_issued_nor_listed_on_sqlite() {
    not_without_a_record(Engine::Sqlite);
}

#[test]
fn what_cannot_be_recorded_is_neither_revoked_nor_issued_nor_listed_on_postgres() {
    not_without_a_record(Engine::Postgres);
}
