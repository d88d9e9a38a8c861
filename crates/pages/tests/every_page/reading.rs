//! A page as a parser of HTML sees it, and what is asked of it.

#![expect(clippy::expect_used, reason = "the selectors are well-formed")]

use scraper::{ElementRef, Html, Selector};

use crate::states::{State, Texts, states};

/// A page that was read.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) document: Html,
}

impl Page {
    pub(crate) fn read(state: &State) -> Self {
        Self { name: state.name.clone(), document: Html::parse_document(&state.html) }
    }

    /// Every element that a selector means.
    pub(crate) fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("a selector");
        self.document.select(&selector).collect()
    }

    pub(crate) fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// The values of an attribute, of whatever element.
    pub(crate) fn values(&self, attribute: &str) -> Vec<&str> {
        let elements = self.document.root_element().descendent_elements();
        elements.filter_map(|element| element.attr(attribute)).collect()
    }

    /// The tags in order: the shape of the page without its texts.
    pub(crate) fn shape(&self) -> Vec<String> {
        let elements = self.document.root_element().descendent_elements();
        let shape = |element: ElementRef<'_>| {
            let mut names: Vec<_> = element.value().attrs().map(|(name, _)| name).collect();
            names.sort_unstable();
            format!("{} {}", element.value().name(), names.join(" "))
        };
        elements.map(shape).collect()
    }
}

/// Every page with these texts.
pub(crate) fn pages(texts: &Texts) -> Vec<Page> {
    states(texts).iter().map(Page::read).collect()
}
