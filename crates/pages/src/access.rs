//! Who asks, and what it would get: shared by consent and the confirmation of a device.

use muster_domain::{Scope, ScopeSet};

use crate::address;
use crate::catalogue::Catalogue;

/// A client as a person sees it.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The name it was registered with.
    pub name: &'a str,
    /// Its home page; only the host is shown.
    pub home: Option<&'a str>,
    /// How far the name can be believed.
    pub assurance: Assurance,
}

/// How far somebody can rely on a client being the one that it says it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assurance {
    /// A keeper has looked at it, and it proves itself with a secret or a key.
    Verified,
    /// It runs on people's devices and can prove nothing (RFC 6749 2.1, public client).
    Public,
    /// Nobody has looked at it.
    Unverified,
}

impl Client<'_> {
    pub(crate) fn host(&self) -> Option<String> {
        self.home.and_then(address::host)
    }

    pub(crate) const fn warning(&self, words: &Catalogue) -> Option<&'static str> {
        match self.assurance {
            Assurance::Verified => None,
            Assurance::Public => Some(words.access.public),
            Assurance::Unverified => Some(words.access.unverified),
        }
    }
}

/// One line of what a client would get.
pub(crate) struct ScopeLine<'a> {
    /// What it means; `None`: the catalogue does not know it.
    pub(crate) sentence: Option<String>,
    /// Its name.
    pub(crate) name: &'a str,
}

/// Who somebody is comes before what may be done in his name.
const FIRST: [&str; 3] = ["openid", "profile", "email"];

/// What scopes mean in these words: those that nobody described come last.
pub(crate) fn lines<'a>(scopes: &'a ScopeSet, words: &Catalogue) -> Vec<ScopeLine<'a>> {
    let line = |scope: &'a Scope| {
        let name = scope.as_str();
        ScopeLine { sentence: (words.access.scope)(name), name }
    };
    let mut lines: Vec<_> = scopes.iter().map(line).collect();
    lines.sort_by_key(|line| {
        let place = FIRST.iter().position(|first| *first == line.name);
        (line.sentence.is_none(), place.unwrap_or(FIRST.len()))
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_nobody_described_is_shown_by_its_name_and_last() {
        let scopes = ScopeSet::parse("acme compute.read email openid").unwrap();
        let lines = lines(&scopes, &Catalogue::ENGLISH);
        let names: Vec<_> = lines.iter().map(|line| line.name).collect();
        assert_eq!(names, ["openid", "email", "compute.read", "acme"]);
        assert!(lines[0].sentence.is_some() && lines[3].sentence.is_none());
    }
}
