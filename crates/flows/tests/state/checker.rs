//! The checker of histories (testing 6.4): is there an order of the operations that respects
//! real time and explains every answer? Depth first, with a memory of what led nowhere.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A refresh token of the family, by its number in the history.
pub(crate) type Name = usize;

/// What was asked, and what was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    /// A refresh token was shown; `Some`: its successor, `None`: refused.
    Refresh { shown: Name, got: Option<Name> },
    /// The family was revoked by one of its refresh tokens.
    Revoke,
    /// Whether a refresh token is active.
    Introspect { asked: Name, active: bool },
    /// Which refresh tokens were listed, and whether each is valid.
    List { listed: BTreeMap<Name, bool> },
}

/// An operation with the moments between which it took effect.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) deed: Deed,
    pub(crate) began: u64,
    pub(crate) ended: u64,
}

/// A family as the specification has it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Family {
    live: Name,
    used: BTreeSet<Name>,
    revoked: bool,
}

impl Family {
    /// The family after this deed, if the answer is right for what it was before.
    fn after(&self, deed: &Deed) -> Option<Self> {
        let is_active = |name: Name| !self.revoked && name == self.live;
        let mut next = self.clone();
        let right = match deed {
            Deed::Refresh { shown, got: Some(successor) } => {
                next.used.insert(*shown);
                next.live = *successor;
                is_active(*shown)
            }
            Deed::Refresh { shown, got: None } => {
                // Shown again, it ends the family (RFC 9700 4.14.2).
                next.revoked = true;
                !is_active(*shown)
            }
            Deed::Revoke => {
                next.revoked = true;
                true
            }
            Deed::Introspect { asked, active } => is_active(*asked) == *active,
            Deed::List { listed } if self.revoked => listed.values().all(|valid| !valid),
            Deed::List { listed } => {
                let issued: BTreeSet<Name> = self.used.iter().copied().chain([self.live]).collect();
                listed.keys().copied().collect::<BTreeSet<_>>() == issued
                    && listed.iter().all(|(name, valid)| is_active(*name) == *valid)
            }
        };
        right.then_some(next)
    }
}

/// Whether some order explains the history of a family that begins with token 0.
pub(crate) fn is_explained(history: &[Operation]) -> bool {
    let begin = Family { live: 0, used: BTreeSet::new(), revoked: false };
    let mut search = Search { history, done: vec![false; history.len()], futile: HashSet::new() };
    search.explains(&begin)
}

struct Search<'a> {
    history: &'a [Operation],
    done: Vec<bool>,
    futile: HashSet<(Vec<bool>, Family)>,
}

impl Search<'_> {
    fn explains(&mut self, family: &Family) -> bool {
        let open = || self.history.iter().zip(&self.done).filter(|(_, done)| !**done);
        // Only what began before everything open has ended can be next.
        let Some(first_end) = open().map(|(operation, _)| operation.ended).min() else {
            return true;
        };
        let here = (self.done.clone(), family.clone());
        if self.futile.contains(&here) {
            return false;
        }
        for number in 0..self.history.len() {
            let operation = &self.history[number];
            if self.done[number] || operation.began > first_end {
                continue;
            }
            let Some(next) = family.after(&operation.deed) else { continue };
            self.done[number] = true;
            if self.explains(&next) {
                return true;
            }
            self.done[number] = false;
        }
        self.futile.insert(here);
        false
    }
}

fn operation(deed: Deed, began: u64, ended: u64) -> Operation {
    Operation { deed, began, ended }
}

fn refresh(shown: Name, got: Option<Name>, (began, ended): (u64, u64)) -> Operation {
    operation(Deed::Refresh { shown, got }, began, ended)
}

fn introspect(asked: Name, active: bool, (began, ended): (u64, u64)) -> Operation {
    operation(Deed::Introspect { asked, active }, began, ended)
}

fn list(rows: &[(Name, bool)], (began, ended): (u64, u64)) -> Operation {
    operation(Deed::List { listed: rows.iter().copied().collect() }, began, ended)
}

#[test]
fn good_histories_are_explained() {
    assert!(is_explained(&[]));
    // The answer tells that the introspection came first, although it began later.
    assert!(is_explained(&[refresh(0, Some(1), (1, 9)), introspect(0, true, (2, 3))]));
    assert!(is_explained(&[
        refresh(0, Some(1), (1, 4)),
        list(&[(0, false), (1, true)], (2, 3)),
        refresh(0, None, (5, 6)),
        introspect(1, false, (7, 8)),
        list(&[], (9, 10)),
    ]));
}

#[test]
fn two_successors_of_one_token_are_not_explained() {
    let fork = [refresh(0, Some(1), (1, 9)), refresh(0, Some(2), (1, 9))];
    assert!(!is_explained(&fork));
}

#[test]
fn a_token_that_is_active_after_its_revocation_is_not_explained() {
    let revoked = operation(Deed::Revoke, 1, 2);
    assert!(!is_explained(&[revoked.clone(), introspect(0, true, (3, 4))]));
    assert!(is_explained(&[revoked.clone(), introspect(0, true, (2, 4))]));
    assert!(!is_explained(&[revoked.clone(), refresh(0, Some(1), (3, 4))]));
    assert!(!is_explained(&[revoked, list(&[(0, true)], (3, 4))]));
}

#[test]
fn a_listing_that_lacks_what_was_issued_is_not_explained() {
    let issued = refresh(0, Some(1), (1, 2));
    assert!(!is_explained(&[issued.clone(), list(&[(0, false)], (3, 4))]));
    assert!(!is_explained(&[issued, list(&[(0, true), (1, true)], (3, 4))]));
}

#[test]
fn a_family_that_lives_on_after_reuse_is_not_explained() {
    let history =
        [refresh(0, Some(1), (1, 2)), refresh(0, None, (3, 4)), introspect(1, true, (5, 6))];
    assert!(!is_explained(&history));
}

#[test]
fn a_refusal_without_a_reason_is_not_explained() {
    assert!(!is_explained(&[refresh(0, None, (1, 2))]));
    assert!(!is_explained(&[introspect(0, false, (1, 2)), refresh(0, Some(1), (3, 4))]));
}
