//! What scripts rely on: exit codes, shapes of JSON, completions, pages of the reference.

use std::collections::BTreeMap;

use muster_cli::Exit;
use serde_json::Value;

use crate::desk::Desk;

/// The members that the reference promises for a command; whether they are always there.
fn promised(desk: &Desk, command: &str) -> BTreeMap<String, bool> {
    let page = desk.muster(&["reference", "cli"]).done().out;
    let row = page.lines().find(|line| {
        line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{command}`")))
    });
    let row = row.unwrap_or_else(|| panic!("the reference lacks {command}"));
    let cell = row.split('|').nth(2).unwrap();
    let members = cell.split(',').map(|member| member.trim().trim_matches('`'));
    members
        .map(|member| (member.trim_end_matches('*').to_owned(), !member.ends_with('*')))
        .collect()
}

#[track_caller]
fn keeps_its_promise(desk: &Desk, words: &[&str]) {
    let ran = desk.muster(&[&["--json"], words].concat());
    let answer: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    let promised = promised(desk, &words[..2.min(words.len())].join(" "));
    let one = answer.as_array().map_or(&answer, |list| &list[0]);
    let found: Vec<&String> = one.as_object().unwrap().keys().collect();
    for member in &found {
        assert!(promised.contains_key(*member), "{words:?} has {member}, which nobody documented");
    }
    for (member, _) in promised.iter().filter(|(_, always)| **always) {
        assert!(found.contains(&member), "{words:?} lacks {member}");
    }
}

#[test]
fn every_answer_in_json_has_the_documented_members() {
    let desk = Desk::sqlite();
    let kek = desk.folder().join("another.kek");
    for words in [
        "admin add a",
        "admin show a",
        "admin list",
        "admin suspend a",
        "admin approve a",
        "admin deny a",
        "admin grant a list-users",
        "admin revoke-right a list-users",
        "admin rotate-secret a",
        "client add c",
        "client show c",
        "client list",
        "client suspend c",
        "client approve c",
        "client deny c",
        "client rotate-secret c",
        "admin link a c",
        "admin unlink a c",
        "client set c --dpop",
        "client remove c --yes",
        "user add u",
        "user show u",
        "user disable u",
        "user enable u",
        "user revoke u",
        "user remove u --yes",
        "issuer add https://tokens.example.org/vo",
        "issuer list",
        "issuer suspend https://tokens.example.org/vo",
        "issuer approve https://tokens.example.org/vo",
        "keys list",
        "keys rotate",
        "config check",
        "audit verify",
        "migrate run",
        "migrate status",
        "doctor",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        keeps_its_promise(&desk, &words);
    }
    keeps_its_promise(&desk, &["keys", "new-kek", &kek.to_string_lossy()]);
}

#[test]
fn exit_codes_are_distinct_and_documented() {
    let desk = Desk::sqlite();
    let page = desk.muster(&["reference", "cli"]).done().out;
    for exit in Exit::ALL {
        assert!(page.contains(&format!("| {} | {} |", exit.code(), exit.meaning())), "{exit:?}");
    }
    let mut codes = Exit::ALL.map(Exit::code).to_vec();
    codes.dedup();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn every_command_is_on_the_page_of_the_reference() {
    let desk = Desk::sqlite();
    let page = desk.muster(&["reference", "cli"]).done().out;
    for command in ["serve", "demo", "import oa4mp", "admin link", "client remove", "doctor"] {
        assert!(page.contains(&format!("\n## muster {command}\n")), "{command}");
    }
    assert!(!page.contains("muster reference"));
    assert_eq!(desk.muster(&["reference", "settings"]).done().out, "the page settings\n");
}

#[test]
fn what_cannot_be_understood_is_a_matter_of_usage() {
    let desk = Desk::sqlite();
    for words in [
        &[][..],
        &["admn"],
        &["admin", "add"],
        &["admin", "grant", "a", "list-everything"],
        &["admin", "add", "a", "--list-users-other-clients"],
        &["admin", "add", "a", "--max-clients=-1"],
        &["client", "list", "--limit", "0"],
        &["import", "oa4mp"],
    ] {
        assert_eq!(desk.muster(words).exit, Exit::Usage, "{words:?}");
    }
    desk.muster(&["--help"]).done();
    desk.muster(&["--version"]).done();
}

#[test]
fn shells_can_complete_every_command() {
    let desk = Desk::sqlite();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = desk.muster(&["completions", shell]).done().out;
        assert!(text.contains("rotate-secret") && text.contains("new-kek"), "{shell}");
    }
}

#[test]
fn settings_and_doors_are_the_hosts_affair() {
    let mut desk = Desk::sqlite();
    let shown = desk.muster(&["--config", "a.toml", "config", "show"]).done().out;
    assert_eq!(shown, "# Some(\"a.toml\")\n");
    let shown = desk.json(&["--config", "a.toml", "config", "show"]);
    assert_eq!(shown, serde_json::json!({"file": "a.toml"}));
    desk.muster(&["serve"]).fails(Exit::Failed, "no doors");
    let demo = desk.muster(&["demo", "--port", "7", "--exit"]).done().out;
    assert!(demo.contains("port: Some(7), exit: true"), "{demo}");
    desk.muster(&["config", "check"]).done();
    desk.problems = vec!["http.listen: nowhere".to_owned()];
    desk.muster(&["config", "check"]).fails(Exit::Bad, "one problem");
}
