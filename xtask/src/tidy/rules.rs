//! The table of the rules, and their two ways of being run.
//!
//! `cargo xtask tidy` prints what every rule found; as tests of this crate they fail one by
//! one, with the same words.

use super::finding::Finding;
use super::house::House;
use super::{
    floors, front_pages, grants_everywhere, links, migration_pairs, names, places, sizes, words,
};
use crate::failure::{Failure, Outcome};
use crate::terminal::say;
use crate::workspace;

/// A rule: from the house to what breaks it.
type Rule = fn(&House) -> Vec<Finding>;

/// Makes the table and a test for each of its lines.
macro_rules! rules {
    ($($room:ident :: $rule:ident),+ $(,)?) => {
        /// Every rule with its name.
        const RULES: &[(&str, Rule)] = &[$((stringify!($rule), $room::$rule)),+];

        #[cfg(test)]
        mod tests {
            $(
                #[test]
                fn $rule() {
                    super::expect_none(super::$room::$rule);
                }
            )+
        }
    };
}

rules! {
    floors::edges_go_down,
    floors::map_is_complete,
    floors::libraries_have_owners,
    floors::walls_stand,
    sizes::files_are_short,
    sizes::tests_are_short,
    names::files_say_what_is_in_them,
    names::functions_use_words_of_the_domain,
    front_pages::files_begin_with_a_sentence,
    front_pages::crates_have_front_pages,
    front_pages::hallways_are_empty,
    grants_everywhere::grants_have_all_their_rooms,
    migration_pairs::steps_come_in_pairs,
    links::links_lead_somewhere,
    places::only_the_skin_is_asynchronous,
    places::nothing_is_global,
    places::only_policy_makes_a_reach,
    places::only_their_flows_make_warrants,
    places::ignored_tests_say_why,
    words::texts_speak_of_the_project,
}

/// Checks the working copy against every rule.
pub(crate) fn run() -> Outcome {
    let house = House::read(&workspace::root())?;
    let mut count = 0;
    for (name, rule) in RULES {
        let mut findings = rule(&house);
        findings.sort();
        for finding in &findings {
            say(format!("{finding} [{name}]"));
        }
        count += findings.len();
    }
    if count > 0 {
        return Err(Failure::new(format!("tidy found {count} breaches of {} rules", RULES.len())));
    }
    say(format!("tidy: {} rules kept by {} files", RULES.len(), house.paths.len()));
    Ok(())
}

#[cfg(test)]
fn expect_none(rule: Rule) {
    let house = House::read(&workspace::root()).unwrap();
    let findings: Vec<String> = rule(&house).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
