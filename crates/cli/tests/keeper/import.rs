//! `muster import oa4mp`, as far as the terminal has a part in it; the import itself is
//! tried in `muster-import-oa4mp`.

use muster_cli::Exit;

use crate::desk::Desk;

#[test]
fn a_source_that_does_not_answer_is_told_and_leaves_its_record() {
    let desk = Desk::sqlite();
    let from = "postgres://u:s3cr3t@127.0.0.1:1/oa4mp";
    let ran = desk.muster(&["import", "oa4mp", "--from", from]);
    assert!(!ran.complaint.contains("s3cr3t"), "{}", ran.complaint);
    ran.fails(Exit::Unavailable, "cannot be read");
    assert_eq!(desk.events(), ["imported", "imported"]);
    let trail = desk.muster(&["audit", "tail", "-n", "1"]).done().out;
    assert!(trail.contains("\"outcome\":\"aborted\"") && !trail.contains("s3cr3t"), "{trail}");
}

#[test]
fn a_dry_run_leaves_no_record() {
    let desk = Desk::sqlite();
    desk.premises();
    let from = "postgres://u@127.0.0.1:1/oa4mp";
    desk.muster(&["import", "oa4mp", "--from", from, "--dry-run"]).fails(Exit::Unavailable, "read");
    assert!(desk.events().is_empty());
}

#[test]
fn what_is_no_source_or_target_is_a_matter_of_usage() {
    let desk = Desk::sqlite();
    let import = |words: &[&str]| desk.muster(&[&["import", "oa4mp"], words].concat());
    import(&["--from", "oracle://h/d"]).fails(Exit::Usage, "--from");
    import(&["--from", "mysql://h/d", "--to", "mysql://h/e"]).fails(Exit::Usage, "--to");
    import(&["--from", "mysql://h/d", "--issuer", ""]).fails(Exit::Usage, "--issuer");
}
