//! What every page has, and what none has.

use std::collections::BTreeSet;

use muster_pages::{FormPost, Stylesheet};

use crate::reading::{Page, pages};
use crate::states::{Texts, states};

/// Where the two pages lead that lead to a client.
const CLIENT: &str = "https://portal.example.org/callback";

fn each(check: impl Fn(&Page)) {
    let pages = pages(&Texts::sample());
    assert!(pages.len() > 30);
    pages.iter().for_each(check);
}

#[test]
fn a_page_has_a_language_one_heading_one_main_part_and_a_title_that_begins_with_its_name() {
    each(|page| {
        let name = &page.name;
        assert!(page.document.errors.is_empty(), "{name}: {:?}", page.document.errors);
        assert_eq!(page.count("html[lang='en-GB'][dir='ltr']"), 1, "{name}");
        for one in ["h1", "main", "header", "title", "meta[name='viewport']"] {
            assert_eq!(page.count(one), 1, "{name}: {one}");
        }
        let text = |selector: &str| page.all(selector)[0].text().collect::<String>();
        assert_eq!(text("title"), format!("{} – Example Grid", text("h1")), "{name}");
    });
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    each(|page| {
        let mut before = 0;
        for heading in page.all("h1, h2, h3, h4, h5, h6") {
            let level: usize = heading.value().name()[1..].parse().unwrap();
            assert!(level <= before + 1, "{}: {}", page.name, heading.html());
            before = level;
        }
    });
}

#[test]
fn every_field_has_a_label_and_a_purpose() {
    each(|page| {
        for field in page.all("input:not([type='hidden']), select, textarea") {
            let id = field.attr("id").expect("a field has an id");
            assert_eq!(page.count(&format!("label[for='{id}']")), 1, "{}: {id}", page.name);
            let purpose = field.attr("autocomplete").unwrap_or_default();
            let known = ["username", "current-password", "one-time-code"];
            assert!(known.contains(&purpose), "{}: {purpose}", page.name);
        }
    });
}

#[test]
fn what_describes_an_element_is_there_and_no_id_is_twice() {
    each(|page| {
        let ids = page.values("id");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{}: {ids:?}", page.name);
        let named = ["aria-describedby", "aria-labelledby", "for"];
        for id in named.iter().flat_map(|name| page.values(name)).flat_map(str::split_whitespace) {
            assert!(known.contains(id), "{}: {id}", page.name);
        }
    });
}

#[test]
fn an_error_is_announced_and_tied_to_the_fields() {
    for page in pages(&Texts::sample()) {
        let has_error = ["wrong", "wait", "expired", "unknown"];
        let of_a_form = page.name.starts_with("log-in") || page.name.starts_with("device");
        if !of_a_form || !has_error.iter().any(|kind| page.name.ends_with(kind)) {
            assert_eq!(page.count("[role='alert']"), 0, "{}", page.name);
            continue;
        }
        assert_eq!(page.count("#error[role='alert']"), 1, "{}", page.name);
        for field in page.all("input:not([type='hidden'])") {
            let described = field.attr("aria-describedby").unwrap_or_default();
            assert!(described.split(' ').any(|id| id == "error"), "{}", page.name);
        }
        let invalid = page.count("[aria-invalid='true']") > 0;
        let is_wrong = page.name.ends_with("wrong") || page.name.ends_with("unknown");
        assert_eq!(invalid, is_wrong, "{}", page.name);
    }
}

#[test]
fn every_form_of_ours_has_one_ticket_goes_home_by_post_and_can_be_sent() {
    each(|page| {
        for form in page.all("form") {
            assert_eq!(form.attr("method"), Some("post"), "{}", page.name);
            let inside = |attribute: &str, value: &str| {
                form.descendent_elements().filter(|e| e.attr(attribute) == Some(value)).count()
            };
            assert!(inside("type", "submit") > 0 || page.name == "me-empty", "{}", page.name);
            if page.name == "form-post" {
                assert_eq!(form.attr("action"), Some(CLIENT));
                assert_eq!(inside("name", "ticket"), 0, "a ticket is told to nobody else");
            } else {
                assert!(form.attr("action").unwrap().starts_with("/oauth2/"), "{}", page.name);
                assert_eq!(inside("name", "ticket"), 1, "{}", page.name);
            }
        }
    });
}

#[test]
fn nothing_comes_from_elsewhere_and_nothing_runs_but_the_one_script() {
    let stylesheet = format!("/{}", Stylesheet::new().name);
    each(|page| {
        for attribute in ["src", "href", "srcset", "data", "poster", "background", "formaction"] {
            for link in page.values(attribute) {
                let own = ["/oauth2/", "/demo/", &*stylesheet].iter().any(|p| link.starts_with(p));
                let away = page.name == "onward" && link.starts_with(CLIENT);
                assert!(own || away, "{}: {link}", page.name);
            }
        }
        assert_eq!(page.count("style, [style], iframe, object, embed, base, img"), 0);
        assert_eq!(page.count("meta[http-equiv]"), usize::from(page.name == "onward"));
        let scripts = usize::from(page.name == "form-post");
        assert_eq!(page.count("script"), scripts, "{}", page.name);
        let attributes = page.shape().join(" ");
        assert!(!attributes.split(' ').any(|name| name.starts_with("on")), "{}", page.name);
    });
}

#[test]
fn the_script_of_the_form_post_page_is_the_one_that_its_policy_names() {
    use data_encoding::BASE64;
    use sha2::{Digest, Sha256};
    for state in states(&Texts::sample()) {
        let page = Page::read(&state);
        let header = state.policy.header();
        let Some(script) = page.all("script").first().copied() else {
            assert!(!header.contains("script-src"), "{}", page.name);
            continue;
        };
        let text: String = script.text().collect();
        let source = format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)));
        assert_eq!(source, FormPost::script_source());
        assert!(header.contains(&format!("; script-src {source}; ")), "{header}");
        assert!(header.contains("form-action 'self' https://portal.example.org;"), "{header}");
    }
}
