//! The file of the key-encryption key: whose it is, what it holds, what is said otherwise.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use muster_crypto::{Kek, KekError, OsRandomness};
use muster_testkit::{Folder, NoRandomness};

fn with_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a file that belongs to its owner alone.
fn loaded(path: &Path, content: &[u8]) -> Result<Kek, KekError> {
    fs::write(path, content).unwrap();
    with_mode(path, 0o600);
    Kek::load(path)
}

#[test]
fn a_new_key_file_belongs_to_its_owner_alone_and_reads_back() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    let made = Kek::create(&path, &OsRandomness).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(Kek::load(&path).unwrap().id(), made.id());
    with_mode(&path, 0o400);
    assert_eq!(Kek::load(&path).unwrap().id(), made.id());
}

#[test]
fn a_key_file_that_others_may_touch_is_refused_and_the_remedy_named() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    Kek::create(&path, &OsRandomness).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o660, 0o644, 0o666, 0o777, 0o440] {
        with_mode(&path, mode);
        let error = Kek::load(&path).unwrap_err();
        assert!(matches!(error, KekError::Open(_)), "{mode:o}: {error}");
        let remedy = format!("chmod 600 {}", path.display());
        assert!(error.to_string().contains(&remedy), "{error}");
    }
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    fs::write(&path, "precious").unwrap();
    let error = Kek::create(&path, &OsRandomness).unwrap_err();
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn a_missing_file_or_a_folder_is_named() {
    let folder = Folder::new("kek");
    with_mode(folder.path(), 0o700);
    let missing = folder.file("missing");
    let error = Kek::load(&missing).unwrap_err();
    assert!(matches!(error, KekError::Missing(_)), "{error}");
    let remedy = format!("muster keys new-kek {}", missing.display());
    assert!(error.to_string().ends_with(&remedy), "{error}");
    let error = Kek::load(folder.path()).unwrap_err();
    assert!(matches!(error, KekError::File { .. }), "{error}");
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    let nowhere = folder.file("no/such/folder");
    assert!(matches!(Kek::create(&nowhere, &OsRandomness), Err(KekError::File { .. })));
}

#[test]
fn f27_without_randomness_no_file_is_left() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    assert!(matches!(Kek::create(&path, &NoRandomness), Err(KekError::Randomness(_))));
    assert!(!path.exists());
}

#[test]
fn no_letter_of_a_key_file_can_be_changed() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    Kek::create(&path, &OsRandomness).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let other = folder.file("other");
    for at in 0..good.trim_end().len() {
        let mut changed = good.clone().into_bytes();
        let letter = changed.get_mut(at).unwrap();
        *letter = if *letter == b'a' { b'b' } else { b'a' };
        let said = loaded(&other, &changed);
        assert!(matches!(said, Err(KekError::Malformed(_))), "letter {at}");
    }
    assert!(loaded(&other, good.as_bytes()).is_ok());
}

#[test]
fn a_file_that_holds_something_else_is_refused_and_not_shown() {
    let folder = Folder::new("kek");
    let path = folder.file("kek");
    Kek::create(&path, &OsRandomness).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let good = good.trim_end();
    let other = folder.file("other");
    for content in [
        String::new(),
        "\n".to_owned(),
        "hunter2-canary".to_owned(),
        good.replace("muster-kek-1", "muster-kek-2"),
        format!("{good}:more"),
        format!("{good}\n{good}"),
        format!(" {good}"),
        good.rsplit_once(':').unwrap().0.to_owned(),
        "muster-kek-1::".to_owned(),
        "x".repeat(10_000_000),
    ] {
        let error = loaded(&other, content.as_bytes()).unwrap_err();
        assert!(matches!(error, KekError::Malformed(_)), "{error}");
        let said = format!("{error} {error:?}");
        assert!(said.contains(&other.display().to_string()) && !said.contains("canary"));
    }
    assert!(loaded(&other, &[0xff; 40]).is_err(), "no text at all");
}
