//! A run that is interrupted at any point and run again ends where an uninterrupted one ends.

use muster_import_oa4mp::{ImportError, ImportOptions};

use crate::new::{New, Target, options, take};
use crate::old::{Engine, Old};
use crate::wire::{Failing, Moment, Wire};

fn with_keys() -> ImportOptions {
    ImportOptions { keys: Some("{\"keys\":[{\"kid\":\"one\"}]}".to_owned()), ..options() }
}

/// What an uninterrupted run leaves, and how many reads and units it takes.
fn uninterrupted(old: &Old, target: Target) -> (Vec<String>, (u64, u64)) {
    let new = New::on(target);
    let store = Failing::new(&*new.store, Moment::Never);
    take(&old.url(), &store, &with_keys()).unwrap();
    (new.told(old), store.counted())
}

fn a_second_run_completes_one_whose_store_failed_at(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let (whole, (reads, units)) = uninterrupted(&old, target);
    assert!(whole.len() > 50 && reads > 10 && units > 10, "{reads} {units} {whole:#?}");
    let moments = (0..units)
        .flat_map(|unit| [Moment::Before(unit), Moment::Within(unit)])
        .chain((0..reads).step_by(5).map(Moment::Read));
    for moment in moments {
        let new = New::on(target);
        let failing = Failing::new(&*new.store, moment);
        let first = take(&old.url(), &failing, &with_keys());
        assert!(matches!(first, Err(ImportError::Store(_))), "{moment:?}: {first:?}");
        assert_ne!(new.told(&old), whole, "{moment:?}");
        take(&old.url(), &*new.store, &with_keys()).unwrap();
        assert_eq!(new.told(&old), whole, "{moment:?}");
    }
}

#[test]
fn a_second_run_completes_one_whose_store_failed_on_sqlite() {
    a_second_run_completes_one_whose_store_failed_at(Engine::Postgres, Target::Sqlite);
}

#[test]
fn a_second_run_completes_one_whose_store_failed_on_postgres() {
    a_second_run_completes_one_whose_store_failed_at(Engine::Mariadb, Target::Postgres);
}

/// The answers of the old database are cut off after ever more bytes.
fn a_second_run_completes_one_whose_source_was_cut_off(engine: Engine) {
    let old = Old::new(engine);
    let (whole, _) = uninterrupted(&old, Target::Sqlite);
    let wire = Wire::to(&old.url(), u64::MAX);
    take(&wire.url(&old.url()), &*New::on(Target::Sqlite).store, &with_keys()).unwrap();
    let all = wire.passed();
    assert!(all > 30_000, "only {all} bytes came by this wire");
    for part in 0..16 {
        let wire = Wire::to(&old.url(), all * part / 16);
        let new = New::on(Target::Sqlite);
        let first = take(&wire.url(&old.url()), &*new.store, &with_keys());
        let Err(ImportError::Source(words)) = first else { panic!("{part}: {first:?}") };
        assert!(!words.contains(old.password()), "{words}");
        take(&old.url(), &*new.store, &with_keys()).unwrap();
        assert_eq!(new.told(&old), whole, "{part}");
    }
}

#[test]
fn a_second_run_completes_one_whose_postgres_source_was_cut_off() {
    a_second_run_completes_one_whose_source_was_cut_off(Engine::Postgres);
}

#[test]
fn a_second_run_completes_one_whose_mariadb_source_was_cut_off() {
    a_second_run_completes_one_whose_source_was_cut_off(Engine::Mariadb);
}
