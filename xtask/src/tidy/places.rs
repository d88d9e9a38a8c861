//! Things that have one place: asynchronous functions, statics, the makers of a reach.
//!
//! Each is a word that may stand in certain folders only; elsewhere it breaks an invariant
//! that no type expresses.

use super::finding::Finding;
use super::house::{House, Rust};

/// Folders where functions may be asynchronous: the heart is synchronous.
const ASYNC: [&str; 2] = ["crates/server/", "crates/testkit/"];

/// Files where a value may be global: logs and counts belong to the whole process.
const STATIC: &str = "crates/server/src/telemetry";

/// Folders that may make a `Reach`: policy decides it, the domain defines it, and the
/// store's conformance suite stands in for policy.
const REACH: [&str; 3] = ["crates/policy/", "crates/domain/src/", "crates/store/src/conformance"];

/// The constructors of `muster_domain::Reach`.
const REACH_MAKERS: [&str; 3] = ["Reach::own_clients", "Reach::every_client", "Reach::one_client"];

/// Where warrants to open texts are defined.
const WARRANTS: &str = "crates/crypto/src/seal.rs";

/// The maker of each warrant, and the one flow that knows it is due.
const WARRANT_MAKERS: [(&str, &str); 2] = [
    ("of_permitted_listing", "crates/flows/src/carry_out.rs"),
    ("of_grace", "crates/flows/src/refresh_token.rs"),
];

/// The outer shell is asynchronous, nothing else.
pub(crate) fn only_the_skin_is_asynchronous(house: &House) -> Vec<Finding> {
    let outside = |file: &Rust<'_>| !ASYNC.iter().any(|folder| file.path.starts_with(folder));
    let remedy = "be synchronous; the server moves work to the blocking pool";
    shipped_words(house, outside, &["async"], remedy)
}

/// Nothing is global but telemetry.
pub(crate) fn nothing_is_global(house: &House) -> Vec<Finding> {
    let outside = |file: &Rust<'_>| !file.path.starts_with(STATIC);
    shipped_words(house, outside, &["static", "thread_local!"], "take it as a parameter")
}

/// A right becomes a restriction in `policy` and nowhere else.
pub(crate) fn only_policy_makes_a_reach(house: &House) -> Vec<Finding> {
    let outside = |file: &Rust<'_>| !REACH.iter().any(|folder| file.path.starts_with(folder));
    shipped_words(house, outside, &REACH_MAKERS, "ask `muster_policy::permit` for it")
}

/// Texts of tokens are opened where a listing was permitted, or where a refresh token was
/// shown again within its grace period, and nowhere else.
pub(crate) fn only_their_flows_make_warrants(house: &House) -> Vec<Finding> {
    let remedy = "take the warrant as a parameter";
    let found = |(maker, flow): &(&str, &str)| {
        let outside = |file: &Rust<'_>| file.path != WARRANTS && file.path != *flow;
        shipped_words(house, outside, &[*maker], remedy)
    };
    WARRANT_MAKERS.iter().flat_map(found).collect()
}

/// A test that is not run says why.
pub(crate) fn ignored_tests_say_why(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust() {
        for (number, _) in file.source.lines().filter(|(_, line)| line.contains("#[ignore]")) {
            let remedy = "write `#[ignore = \"why\"]`, or run it";
            findings.push(Finding::at(file.path, number, "a test is left out in silence", remedy));
        }
    }
    findings
}

fn shipped_words(
    house: &House,
    applies: impl Fn(&Rust<'_>) -> bool,
    words: &[&str],
    remedy: &'static str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust().filter(|file| !file.is_test() && applies(file)) {
        for (number, line) in file.source.shipped_lines() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::at(
                    file.path,
                    number,
                    format!("`{word}` has no place here"),
                    remedy,
                ));
            }
        }
    }
    findings
}

/// Whether the word stands in the line, and not as a part of a longer one; `'static` is
/// another word than `static`.
fn has_word(line: &str, word: &str) -> bool {
    let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(belongs) && !after.is_some_and(|c| belongs(c) && c != '\'')
    })
}

#[cfg(test)]
mod tests {
    use super::super::house::Text;
    use super::*;

    fn house(path: &str, text: &str) -> House {
        let texts = vec![Text { path: path.to_owned(), text: text.to_owned() }];
        House { texts, ..House::default() }
    }

    #[test]
    fn an_asynchronous_function_in_the_heart_is_found() {
        let text = "pub(crate) async fn carry_out() {}\n// async\nlet asynchronous = \"async\";";
        assert_eq!(only_the_skin_is_asynchronous(&house("crates/flows/src/a.rs", text)).len(), 1);
        assert_eq!(only_the_skin_is_asynchronous(&house("crates/server/src/a.rs", text)), []);
    }

    #[test]
    fn a_global_is_found_and_a_lifetime_is_not() {
        let text = "static CACHE: X = X;\nfn a() -> &'static str {}\n#[cfg(test)]\nmod tests {\nstatic Y: u8 = 1;\n}\n";
        assert_eq!(nothing_is_global(&house("crates/crypto/src/a.rs", text)).len(), 1);
        assert_eq!(nothing_is_global(&house("crates/server/src/telemetry/counts.rs", text)), []);
    }

    #[test]
    fn a_reach_made_outside_policy_is_found() {
        let text = "let reach = Reach::every_client(issuer);";
        assert_eq!(only_policy_makes_a_reach(&house("crates/flows/src/a.rs", text)).len(), 1);
        assert_eq!(only_policy_makes_a_reach(&house("crates/policy/src/a.rs", text)), []);
        assert_eq!(only_policy_makes_a_reach(&house("crates/flows/tests/a.rs", text)), []);
    }

    #[test]
    fn a_warrant_made_outside_its_flow_is_found() {
        let listing = "let warrant = ListingWarrant::of_permitted_listing();";
        let grace = "let warrant = SuccessorWarrant::of_grace();";
        let breaches =
            |path: &str, text: &str| only_their_flows_make_warrants(&house(path, text)).len();
        for (text, own, other) in [
            (listing, "crates/flows/src/carry_out.rs", "crates/flows/src/refresh_token.rs"),
            (grace, "crates/flows/src/refresh_token.rs", "crates/flows/src/carry_out.rs"),
        ] {
            assert_eq!((breaches(own, text), breaches(other, text)), (0, 1), "{text}");
            assert_eq!(breaches("crates/server/src/a.rs", text), 1);
            assert_eq!(breaches("crates/crypto/tests/a.rs", text), 0);
        }
    }

    #[test]
    fn a_test_left_out_in_silence_is_found() {
        assert_eq!(ignored_tests_say_why(&house("crates/a/src/b.rs", "#[ignore]\n")).len(), 1);
        assert_eq!(
            ignored_tests_say_why(&house("crates/a/src/b.rs", "#[ignore = \"slow\"]\n")),
            []
        );
    }
}
