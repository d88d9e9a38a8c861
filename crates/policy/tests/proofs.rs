//! Proofs cannot be forged: what nobody but its maker may make does not compile elsewhere.
//!
//! The expected words of the compiler lie beside each case, so that a case fails for its
//! own reason. After a new compiler: `TRYBUILD=overwrite cargo test -p muster-policy --test proofs`,
//! then read what changed.

#[test]
fn no_proof_permit_or_reach_can_be_made_or_changed_by_hand() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/the_way_that_is_open.rs");
    cases.compile_fail("tests/compile_fail/no_*.rs");
}
