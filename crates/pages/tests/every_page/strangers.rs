//! What strangers write stays text: no page changes its shape because of it.

use proptest::prelude::*;

use crate::reading::{Page, pages};
use crate::states::{Texts, states};

const HOSTILE: [&str; 12] = [
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</title></style></textarea></script><svg onload=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' formaction='https://evil.example/' x='",
    "--><!--<!DOCTYPE html>",
    "{{ 7 * 7 }}{% if true %}<b>",
    "&lt;b&gt;&#x3c;script&#x3e;&amp;quot;",
    "\u{202e}\u{2066}txt.exe\u{202d}\u{200f}",
    "line one\r\nline two\n\n<h1>three</h1>",
    "javascript:alert(1)",
    "`${alert(1)}`\\u003cscript\\u003e",
];

/// Each page must have the tags and attributes that it has with a harmless text.
fn keeps_its_shape(text: &str) -> Result<(), TestCaseError> {
    let harmless = pages(&Texts::everywhere("harmless"));
    for (page, plain) in pages(&Texts::everywhere(text)).iter().zip(&harmless) {
        prop_assert_eq!(page.shape(), plain.shape(), "{}: {:?}", page.name, text);
    }
    Ok(())
}

#[test]
fn no_text_breaks_out_of_where_it_stands() {
    for text in HOSTILE {
        keeps_its_shape(text).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_text_whatever_breaks_out(text in "([<>\"'&/=`]|\\PC|\\n|on|script|--|!){1,60}") {
        keeps_its_shape(&text)?;
    }
}

#[test]
fn what_a_form_carries_arrives_as_it_is() {
    for text in HOSTILE.iter().filter(|text| !text.contains('\r')) {
        for page in pages(&Texts::everywhere(text)) {
            for ticket in page.all("input[name='ticket']") {
                assert_eq!(ticket.attr("value"), Some(*text), "{}", page.name);
            }
            for key in page.all("button[name='end_token'], button[name='forget']") {
                assert_eq!(key.attr("value"), Some(*text), "{}", page.name);
            }
        }
    }
}

#[test]
fn nothing_turns_the_direction_of_a_page() {
    let turning = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    for page in pages(&Texts::everywhere("\u{202e}gpj.exe\u{2066}")) {
        // The paragraphs of the landing page are its maker's own.
        if page.name != "landing" {
            let said: String = page.document.root_element().text().collect();
            assert!(!said.contains(turning), "{}: {said}", page.name);
        }
    }
}

#[test]
fn ten_thousand_characters_do_not_fill_the_screen() {
    for text in ["a".repeat(10_000), "\u{5b57}".repeat(10_000), "a ".repeat(5_000)] {
        keeps_its_shape(&text).unwrap();
        for state in states(&Texts::everywhere(&text)) {
            let page = Page::read(&state);
            let said: String = page.all("main")[0].text().collect();
            assert!(page.name == "landing" || said.chars().count() < 8_000, "{}", page.name);
        }
    }
}

#[test]
fn a_page_that_is_printed_for_debugging_shows_no_ticket_and_no_code() {
    use muster_domain::Secret;
    use muster_pages::{Form, FormPost, OwnPath, PostTarget, Site};
    let secret = Secret::from("very-secret");
    let form = Form { action: OwnPath::new("/x").unwrap(), ticket: &secret };
    assert!(!format!("{form:?}").contains("very-secret"));
    let target = PostTarget::new("https://a.example/").unwrap();
    let site = Site { name: String::new(), stylesheet: OwnPath::new("/y.css").unwrap() };
    let fields = [("code", secret)];
    let page = FormPost { site: &site, target: &target, fields: &fields };
    assert!(!format!("{page:?}").contains("very-secret"));
}
