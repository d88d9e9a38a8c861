//! People who are logged in already, and what their pages show: for the tests of pages that
//! are not about logging in (`authorization.rs`).

use muster_domain::{Door, UserId};
use muster_flows::{Arrival, Unrecorded, begin_session};
use muster_policy::Lifetimes;

use crate::browser::{Browser, Form};
use crate::issuing::{Behind, Office};
use crate::wire::Answer;

impl Behind {
    /// A session of this user: the name of its cookie and its text.
    pub(crate) fn session(&self, user: &str) -> (String, String) {
        let tools = self.tools();
        let arrival = Arrival {
            user: UserId::new(user).expect("an id"),
            door: Door::Proxy,
            claims: None,
            authenticated_at: tools.clock.now(),
        };
        let text = begin_session(&arrival, None, &Lifetimes::USUAL, (&tools, &Unrecorded));
        let name = format!("__Host-muster-session-{}", tools.issuer.key.number());
        (name, text.expect("a session").expose().clone())
    }
}

/// A browser in which this user is logged in.
pub(crate) fn logged_in(office: &Office, user: &str) -> Browser {
    let mut browser = Browser::at(office);
    let (name, text) = office.session(user);
    browser.cookies.insert(name, text);
    browser
}

/// The form of a page that goes to this place.
#[track_caller]
pub(crate) fn form_to(page: &Answer, action: &str) -> Form {
    let text = page.text();
    let begin = format!("action=\"{action}\"");
    let form = text.split_once(&begin).unwrap_or_else(|| panic!("no form to {action}: {text}")).1;
    let ticket = form.split_once("name=\"ticket\" value=\"").expect("a ticket").1;
    let ticket = ticket.split_once('"').expect("its end").0.to_owned();
    Form { action: action.to_owned(), ticket }
}

/// The values of the buttons of this name.
pub(crate) fn buttons(page: &Answer, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let text = page.text();
    let values = text.split(&mark).skip(1);
    values.map(|rest| rest.split_once('"').expect("its end").0.to_owned()).collect()
}
