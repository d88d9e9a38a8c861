//! A few pages as files, so that a review sees what a change does to what people see.

use std::path::Path;

use muster_testkit::golden;

use crate::states::{Texts, states};

const SHOWN: [&str; 6] =
    ["log-in-wrong", "consent", "device-confirm", "me", "error-request-broken", "form-post"];

#[test]
fn these_pages_are_what_was_reviewed() {
    let stylesheet = muster_pages::Stylesheet::new().name;
    let mut found = 0;
    for state in states(&Texts::sample()).iter().filter(|state| SHOWN.contains(&&*state.name)) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let file = folder.join(format!("{}.html", state.name));
        // The look may change without the pages.
        golden(&file, &state.html.replace(&stylesheet, "STYLESHEET"));
        found += 1;
    }
    assert_eq!(found, SHOWN.len());
}
