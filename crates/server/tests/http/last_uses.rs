//! When tokens were last used, as `/me` shows it: noted with each use, written down in batches
//! and at the stop.

use crate::house::Engine;
use crate::issuing::{Office, tokens};
use crate::person::logged_in;
use crate::wire::Answer;

/// How many tokens on the page were never used, as far as it was noted.
fn unused(page: &Answer) -> usize {
    assert_eq!(page.status, 200, "{}", page.text());
    page.text().matches("not noted").count()
}

fn a_use_is_shown_after_the_next_batch(engine: Engine) {
    let mut office = Office::open(engine);
    let web = office.web();
    let (access, refresh) = tokens(&web.redeem(&office.code_of("carol", "web", |_, _| {})));
    let mut carol = logged_in(&office, "carol");
    assert_eq!(unused(&carol.get("/oauth2/me")), 2);
    assert!(web.finds_active(&access));
    assert_eq!(web.refresh(&refresh).status, 200);
    // Revoked and unknown ones are not used.
    assert!(!web.finds_active(&refresh));
    assert_eq!(unused(&carol.get("/oauth2/me")), 4, "no request waits for a write");
    office.house.stop();
    office.house.revive();
    assert_eq!(unused(&carol.get("/oauth2/me")), 2, "the two that were used are noted");
}

both! {
    a_use_is_shown_after_the_next_batch_on_sqlite
        a_use_is_shown_after_the_next_batch_on_postgres
        a_use_is_shown_after_the_next_batch;
}
