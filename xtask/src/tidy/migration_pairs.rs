//! The ground is the same under both engines: every migration step has its twin.
//!
//! A step that exists for one engine only would be found by a keeper on the other one.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::house::House;

/// The engines, by the names of their folders.
const ENGINES: [&str; 2] = ["postgres", "sqlite"];

/// Same steps in both folders, each with a way there and a way back.
pub(crate) fn steps_come_in_pairs(house: &House) -> Vec<Finding> {
    let steps: BTreeSet<&str> = house.paths.iter().filter_map(|path| step(path)).collect();
    let mut findings = Vec::new();
    for step in steps {
        if !is_dated(step) {
            let what = format!("`{step}` does not begin with a date and a number");
            findings.push(Finding::of("migrations", what, "use `cargo xtask migrate new NAME`"));
        }
        for engine in ENGINES {
            for way in ["up.sql", "down.sql"] {
                let path = format!("migrations/{engine}/{step}/{way}");
                if !house.has(&path) {
                    let remedy = "write it: the same step for both engines, there and back";
                    findings.push(Finding::of(&path, "this half of a step is missing", remedy));
                }
            }
        }
    }
    findings
}

fn step(path: &str) -> Option<&str> {
    let (engine, rest) = path.strip_prefix("migrations/")?.split_once('/')?;
    let (step, _) = rest.split_once('/')?;
    ENGINES.contains(&engine).then_some(step)
}

/// `2026-11-24-000001_name`
fn is_dated(step: &str) -> bool {
    let Some((date, name)) = step.split_once('_') else { return false };
    let lengths: Vec<usize> = date.split('-').map(str::len).collect();
    let digits = date.chars().all(|c| c.is_ascii_digit() || c == '-');
    lengths == [4, 2, 2, 6] && digits && !name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_its_twin_or_its_way_back_is_found() {
        let step = "2026-11-24-000001_tokens";
        let mut paths: Vec<String> = ENGINES
            .iter()
            .flat_map(|engine| {
                ["up.sql", "down.sql"].map(|way| format!("migrations/{engine}/{step}/{way}"))
            })
            .collect();
        let check = |paths: &[String]| {
            steps_come_in_pairs(&House { paths: paths.to_vec(), ..House::default() }).len()
        };
        assert_eq!(check(&paths), 0);
        paths.pop();
        assert_eq!(check(&paths), 1);
        paths.push("migrations/postgres/tokens/up.sql".to_owned());
        assert_eq!(check(&paths), 1 + 1 + 3);
    }
}
