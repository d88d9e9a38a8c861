//! A trail in a file: continued by whoever comes next, mended after a crash, locked.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use muster_audit::{Fault, FaultKind, FileError, FileTrail, Trail, tail_file, verify_file};
use muster_crypto::KeyRing;

use muster_testkit::Folder;

use crate::bench::{Paper, clock, entry, keys};

struct Desk {
    folder: Folder,
    keys: Arc<KeyRing>,
}

impl Desk {
    fn new(name: &str) -> Self {
        Self { folder: Folder::new(name), keys: keys() }
    }

    fn path(&self) -> PathBuf {
        self.folder.file("audit.jsonl")
    }

    fn open(&self) -> Trail {
        let file = FileTrail::open(&self.path()).unwrap();
        Trail::in_file(Arc::clone(&self.keys), clock(), Arc::new(file))
    }

    fn append(trail: &Trail, count: usize) {
        for number in 0..count {
            trail.append_in(&mut Paper::blank(), &entry(number)).unwrap();
        }
    }

    fn verify(&self) -> Result<i64, Fault> {
        let verified = verify_file(&self.path(), &self.keys).unwrap();
        verified.map(|verified| verified.records)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    fn rewrite(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut lines: Vec<String> = self.text().lines().map(str::to_owned).collect();
        change(&mut lines);
        std::fs::write(self.path(), lines.join("\n") + "\n").unwrap();
    }

    fn add_bytes(&self, bytes: &[u8]) {
        let mut file = std::fs::OpenOptions::new().append(true).open(self.path()).unwrap();
        file.write_all(bytes).unwrap();
    }
}

#[test]
fn a_new_file_is_for_its_owner_alone_and_the_next_start_continues_it() {
    let desk = Desk::new("continue");
    Desk::append(&desk.open(), 3);
    Desk::append(&desk.open(), 2);
    assert_eq!(desk.verify(), Ok(5));
    let mode = std::fs::metadata(desk.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_processes_that_append_by_turns_make_one_trail() {
    let desk = Desk::new("two");
    let (service, terminal) = (desk.open(), desk.open());
    for _ in 0..20 {
        Desk::append(&service, 1);
        Desk::append(&terminal, 2);
    }
    assert_eq!(desk.verify(), Ok(60));
}

#[test]
fn many_threads_and_two_openings_at_once_make_one_trail() {
    let desk = Desk::new("threads");
    let trails = [desk.open(), desk.open()];
    std::thread::scope(|scope| {
        for number in 0..8 {
            let trail = &trails[number % 2];
            scope.spawn(move || Desk::append(trail, 25));
        }
    });
    assert_eq!(desk.verify(), Ok(200));
}

#[test]
fn a_torn_last_line_is_cut_off_at_the_next_record_and_that_is_recorded() {
    let desk = Desk::new("torn");
    Desk::append(&desk.open(), 2);
    desk.add_bytes(b"{\"seq\":3,\"ts\":1,\"ev");
    assert_eq!(desk.verify(), Err(Fault { number: 3, kind: FaultKind::Torn }));
    Desk::append(&desk.open(), 1);
    assert_eq!(desk.verify(), Ok(4));
    let mended = desk.text().lines().nth(2).unwrap().to_owned();
    assert!(mended.contains("trail_mended") && mended.contains("\"bytes\":19"), "{mended}");
}

#[test]
fn a_file_that_ends_in_something_else_is_not_continued() {
    let desk = Desk::new("malformed");
    Desk::append(&desk.open(), 1);
    desk.add_bytes(b"\xff\xfe hello\n");
    assert!(matches!(FileTrail::open(&desk.path()), Err(FileError::Malformed { .. })));
    assert_eq!(desk.verify(), Err(Fault { number: 2, kind: FaultKind::Malformed }));
}

#[test]
fn f34_every_way_of_touching_a_file_is_found_at_the_first_bad_line() {
    let find = |change: &dyn Fn(&mut Vec<String>)| {
        let desk = Desk::new("tampering");
        Desk::append(&desk.open(), 9);
        desk.rewrite(|lines| change(lines));
        desk.verify().unwrap_err()
    };
    let fault = |number, kind| Fault { number, kind };
    assert_eq!(find(&|lines| drop(lines.remove(3))), fault(4, FaultKind::Missing));
    assert_eq!(find(&|lines| lines.swap(3, 4)), fault(4, FaultKind::Missing));
    let change =
        |lines: &mut Vec<String>| lines[3] = lines[3].replace("\"pages\":3", "\"pages\":4");
    assert_eq!(find(&change), fault(4, FaultKind::Changed));
    assert_eq!(find(&|lines| lines.insert(3, lines[2].clone())), fault(4, FaultKind::Unlinked));
    assert_eq!(find(&|lines| lines[3].clear()), fault(4, FaultKind::Malformed));
}

#[test]
fn f34_a_file_that_was_cut_while_it_was_open_shows_a_gap() {
    let desk = Desk::new("cut-open");
    let trail = desk.open();
    Desk::append(&trail, 5);
    desk.rewrite(|lines| lines.truncate(3));
    Desk::append(&trail, 1);
    assert_eq!(desk.verify(), Err(Fault { number: 4, kind: FaultKind::Missing }));
}

#[test]
fn the_last_records_are_read_from_the_end_however_long_the_file_is() {
    let desk = Desk::new("tail");
    let line = |number: usize| format!("{{\"seq\":{number},\"x\":\"{}\"}}\n", "y".repeat(number));
    let text: String = (0..2_000).map(line).collect();
    std::fs::write(desk.path(), &text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for count in [0_u32, 1, 2, 40, 1_999, 2_000, 5_000] {
        let wanted = usize::try_from(count).unwrap().min(2_000);
        assert_eq!(tail_file(&desk.path(), count).unwrap(), lines[2_000 - wanted..], "{count}");
    }
}
