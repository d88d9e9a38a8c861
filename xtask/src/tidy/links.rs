//! Links in the documents lead somewhere: to a file of the repository, or a heading in one.
//!
//! Links to other sites are not followed: a check must not fail for somebody else's reasons.

use super::finding::Finding;
use super::house::{House, Text};

/// Every relative link of a Markdown file resolves.
pub(crate) fn links_lead_somewhere(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in house.texts.iter().filter(|text| text.ends_in("md")) {
        for (line, target) in links(&page.text) {
            if let Some(what) = broken(house, page, target) {
                let remedy = "mend the link or the name";
                findings.push(Finding::at(&page.path, line, what, remedy));
            }
        }
    }
    findings
}

fn broken(house: &House, page: &Text, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { page.path.clone() } else { resolved(&page.path, file) };
    if !house.has(&path) {
        return Some(format!("`{target}` leads nowhere"));
    }
    let missing = |text: &str| !heading.is_empty() && !anchors(text).iter().any(|a| a == heading);
    house.text(&path).filter(|text| missing(text)).map(|_| format!("`{target}`: no such heading"))
}

/// The targets of `[words](target)`, with their lines; code is left out.
fn links(page: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(page) {
        let mut rest = line;
        while let Some(start) = rest.find("](") {
            let after = rest.get(start + 2..).unwrap_or_default();
            let end = after.find(')').unwrap_or(after.len());
            let target = after.get(..end).unwrap_or_default();
            // A title may follow the target.
            found.extend(target.split_whitespace().next().map(|target| (number, target)));
            rest = after;
        }
    }
    found
}

/// The lines outside fenced code, from 1.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        (!in_code && !fence).then_some((index + 1, line))
    })
}

/// The anchors a page offers, as code forges make them of headings.
fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).filter_map(|(_, line)| line.strip_prefix('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

fn resolved(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(page: &str) -> usize {
        let texts = vec![Text { path: "docs/a.md".to_owned(), text: page.to_owned() }];
        let paths = ["docs/a.md", "crates/b/README.md"].map(str::to_owned).to_vec();
        links_lead_somewhere(&House { paths, texts, ..House::default() }).len()
    }

    #[test]
    fn a_link_to_a_file_a_folder_or_another_site_is_fine() {
        assert_eq!(
            findings("[a](../crates/b) [b](../crates/b/README.md) [c](https://example.org/x)"),
            0
        );
    }

    #[test]
    fn a_link_to_nowhere_is_found_unless_it_is_code() {
        assert_eq!(findings("[a](gone.md)"), 1);
        assert_eq!(findings("```\n[a](gone.md)\n```"), 0);
    }

    #[test]
    fn a_link_to_a_heading_needs_the_heading() {
        assert_eq!(findings("# The `way` back!\n[a](#the-way-back)"), 0);
        assert_eq!(findings("# The way back\n[a](#the-way-forth)"), 1);
    }
}
