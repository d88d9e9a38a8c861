//! Floors, owners and walls: which crate may know which.
//!
//! The floors are read from the map of the rooms in README.md, so the map cannot go stale.
//! Dependencies go strictly down, dev-dependencies included; a heavy library has its
//! owners; and some rooms must not know things that lie below them.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::house::{Crate, House};

/// The prefix of the rooms' package names.
const PREFIX: &str = "muster-";

/// Heavy libraries and the rooms that may name them.
const OWNERS: [(&str, &[&str]); 18] = [
    ("diesel", &["muster-store-diesel", "muster-import-oa4mp"]),
    ("diesel_migrations", &["muster-store-diesel"]),
    ("libsqlite3-sys", &["muster-store-diesel"]),
    ("pq-sys", &["muster-store-diesel", "muster-import-oa4mp"]),
    ("mysql", &["muster-import-oa4mp"]),
    ("actix-web", &["muster-server"]),
    ("actix-http", &["muster-server"]),
    ("actix-server", &["muster-server"]),
    ("actix-service", &["muster-server"]),
    ("config", &["muster-server"]),
    ("tokio", &["muster-server"]),
    ("tokio-stream", &["muster-server"]),
    ("josekit", &["muster-crypto"]),
    ("argon2", &["muster-crypto"]),
    ("aes-gcm-siv", &["muster-crypto"]),
    ("indicatif", &["muster-cli"]),
    ("comfy-table", &["muster-cli"]),
    ("clap", &["muster-cli", "xtask"]),
];

/// What a room must not know though it lies below it or on its floor.
const WALLS: [(&str, &[&str]); 9] = [
    ("muster-domain", &["serde", "serde_json", "tracing", "uuid"]),
    ("muster-grants", &["muster-store", "muster-crypto", "serde", "serde_json"]),
    ("muster-store", &["muster-crypto", "muster-grants", "serde", "serde_json"]),
    ("muster-crypto", &["muster-store", "muster-grants"]),
    ("muster-policy", &["muster-store", "muster-crypto", "muster-store-diesel", "tracing"]),
    ("muster-store-diesel", &["muster-grants", "muster-crypto"]),
    ("muster-flows", &["muster-store-diesel"]),
    ("muster-testkit", &["muster-store", "muster-grants", "muster-crypto"]),
    ("xtask", &["openssl-sys", "pq-sys", "libsqlite3-sys"]),
];

/// The ground of all tests.
const TESTKIT: &str = "muster-testkit";

/// What the tests of a room may know though the room may not: listings are tried on real
/// databases, there is no pretended one.
const TESTS_MAY: [(&str, &str); 1] = [("muster-flows", "muster-store-diesel")];

/// Dependencies go strictly down the floors of the README's map.
pub(crate) fn edges_go_down(house: &House) -> Vec<Finding> {
    let floors = floors(house.text("README.md").unwrap_or_default());
    let mut findings = Vec::new();
    for room in &house.crates {
        let floor = floors.get(room.name.as_str());
        for (name, kind) in &room.dependencies {
            let below = match (floor, floors.get(name.as_str())) {
                // Tests stand on it in every room above the words; it knows those alone.
                (Some(own), Some(other)) if for_tests(name, kind) => own >= other,
                (Some(own), Some(other)) => own > other,
                // The tools stand outside: they may know no room, and no room may know them.
                (None, Some(_)) => false,
                (_, None) => name != "xtask" && !name.starts_with(PREFIX),
            };
            if !below {
                let what = format!("{} names {name} in its {kind}", room.name);
                findings.push(Finding::of(&room.manifest, what, "depend on lower floors only"));
            }
        }
    }
    findings
}

/// The README's map and the folder `crates` agree.
pub(crate) fn map_is_complete(house: &House) -> Vec<Finding> {
    let floors = floors(house.text("README.md").unwrap_or_default());
    let mut findings = Vec::new();
    for room in house.crates.iter().filter(|room| room.manifest.starts_with("crates/")) {
        let folder = room.manifest.trim_start_matches("crates/").trim_end_matches("/Cargo.toml");
        if room.name != format!("{PREFIX}{folder}") {
            let what = format!("the package is called {}", room.name);
            findings.push(Finding::of(&room.manifest, what, "name it muster- and its folder"));
        }
        if !floors.contains_key(room.name.as_str()) {
            let what = format!("{} has no floor", room.name);
            findings.push(Finding::of("README.md", what, "put it into the map of the rooms"));
        }
    }
    for room in floors.keys().filter(|name| !house.crates.iter().any(|room| room.name == **name)) {
        let what = format!("the map has a room {room} that does not exist");
        findings.push(Finding::of("README.md", what, "take it out of the map"));
    }
    findings
}

/// A heavy library is named by its owners only.
pub(crate) fn libraries_have_owners(house: &House) -> Vec<Finding> {
    let foreign = |room: &Crate, library: &str, _: &str| {
        OWNERS.iter().any(|(name, owners)| *name == library && !owners.contains(&&*room.name))
    };
    named(house, foreign, "is not an owner of", "ask the owning room for what is needed")
}

fn for_tests(name: &str, kind: &str) -> bool {
    name == TESTKIT && kind == "dev-dependencies"
}

/// Rooms do not name what they must not know.
pub(crate) fn walls_stand(house: &House) -> Vec<Finding> {
    let walled = |room: &Crate, other: &str, kind: &str| {
        let for_tests = kind == "dev-dependencies" && TESTS_MAY.contains(&(&room.name, other));
        let unknown =
            |(name, unknown): &(&str, &[&str])| *name == room.name && unknown.contains(&other);
        !for_tests && WALLS.iter().any(unknown)
    };
    named(house, walled, "must not know", "see the invariants of absence in docs/ARCHITECTURE.md")
}

fn named(
    house: &House,
    is_wrong: impl Fn(&Crate, &str, &str) -> bool,
    relation: &str,
    remedy: &'static str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &house.crates {
        let wrong = room.dependencies.iter().filter(|(name, kind)| is_wrong(room, name, kind));
        for (name, kind) in wrong {
            let what = format!("{} {relation} {name} (in its {kind})", room.name);
            findings.push(Finding::of(&room.manifest, what, remedy));
        }
    }
    findings
}

/// The floors of the packages, from lines such as ``| 6 | [`server`](crates/server) | … |``.
fn floors(readme: &str) -> BTreeMap<String, u8> {
    let mut floors = BTreeMap::new();
    for line in readme.lines() {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let floor = cells.next().and_then(|cell| cell.parse().ok());
        let room = cells.next().and_then(|cell| cell.strip_prefix("[`")?.split('`').next());
        if let (Some(floor), Some(room)) = (floor, room) {
            floors.insert(format!("{PREFIX}{room}"), floor);
        }
    }
    floors
}

#[cfg(test)]
mod tests {
    use super::super::house::Text;
    use super::*;

    fn house(room: &str, dependency: &str, kind: &'static str) -> House {
        let map =
            "| 1 | [`domain`](x) | y |\n| 2 | [`store`](x) | y |\n| 4 | [`policy`](x) | y |\n";
        let readme = Text { path: "README.md".to_owned(), text: map.to_owned() };
        let one = |name: &str, dependencies| Crate {
            name: name.to_owned(),
            manifest: format!("crates/{}/Cargo.toml", name.trim_start_matches(PREFIX)),
            dependencies,
        };
        let mut crates: Vec<_> = ["muster-domain", "muster-store", "muster-policy"]
            .into_iter()
            .filter(|name| *name != room)
            .map(|name| one(name, Vec::new()))
            .collect();
        crates.push(one(room, vec![(dependency.to_owned(), kind)]));
        House { texts: vec![readme], crates, ..House::default() }
    }

    #[test]
    fn an_edge_down_is_lawful() {
        assert_eq!(edges_go_down(&house("muster-policy", "muster-domain", "dependencies")), []);
    }

    #[test]
    fn an_edge_up_or_along_is_found_even_for_tests() {
        assert_eq!(edges_go_down(&house("muster-domain", "muster-store", "dependencies")).len(), 1);
        assert_eq!(
            edges_go_down(&house("muster-store", "muster-store", "dev-dependencies")).len(),
            1
        );
        assert_eq!(edges_go_down(&house("xtask", "muster-domain", "dependencies")).len(), 1);
        assert_eq!(edges_go_down(&house("muster-policy", "muster-new", "dependencies")).len(), 1);
    }

    #[test]
    fn a_room_without_a_floor_and_a_floor_without_a_room_are_found() {
        let mut house = house("muster-attic", "serde", "dependencies");
        assert_eq!(map_is_complete(&house).len(), 1);
        house.crates.retain(|room| room.name != "muster-store" && room.name != "muster-attic");
        assert_eq!(map_is_complete(&house).len(), 1);
    }

    #[test]
    fn a_heavy_library_in_a_foreign_room_is_found() {
        assert_eq!(
            libraries_have_owners(&house("muster-policy", "tokio", "dev-dependencies")).len(),
            1
        );
        assert_eq!(libraries_have_owners(&house("muster-server", "tokio", "dependencies")), []);
    }

    #[test]
    fn policy_must_not_know_the_store_below_it() {
        assert_eq!(walls_stand(&house("muster-policy", "muster-store", "dependencies")).len(), 1);
        assert_eq!(walls_stand(&house("muster-domain", "serde", "dependencies")).len(), 1);
    }
}
