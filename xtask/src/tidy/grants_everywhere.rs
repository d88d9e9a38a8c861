//! The same name in every room: a grant's parsing, doing, tests and page are called alike.
//!
//! `find . -name 'token_info.*'` shows the whole life of a grant; this keeps it so.

use super::finding::Finding;
use super::house::House;

/// Where a grant that is asked for and done must also stand.
const OTHER_ROOMS: [(&str, &str); 2] =
    [("crates/server/tests/http/", "rs"), ("docs/grants/", "md")];

/// A grant that is parsed and carried out has its tests and its page.
pub(crate) fn grants_have_all_their_rooms(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = house
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix("crates/grants/src/")?.strip_suffix(".rs"));
    let rooms = ["lib", "error"];
    for grant in asked.filter(|name| !rooms.contains(name) && !name.contains('/')) {
        if !house.has(&format!("crates/flows/src/{grant}.rs")) {
            continue;
        }
        for (folder, ending) in OTHER_ROOMS {
            let path = format!("{folder}{grant}.{ending}");
            if !house.has(&path) {
                let what = format!("the grant {grant} is carried out, but this file is missing");
                findings.push(Finding::of(&path, what, "see docs/guides/add-a-grant.md"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_without_tests_or_page_is_found_and_one_that_is_only_parsed_is_not() {
        let paths = [
            "crates/grants/src/token_info.rs",
            "crates/flows/src/token_info.rs",
            "docs/grants/token_info.md",
            "crates/grants/src/refresh_token.rs",
        ];
        let house = House { paths: paths.map(str::to_owned).to_vec(), ..House::default() };
        assert_eq!(grants_have_all_their_rooms(&house).len(), 1);
    }
}
